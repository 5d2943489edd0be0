"""The benchmarks measure what they say."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from benchmarks import cases, chart, projects


def history(folder, count, is_branchy):
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True)
    projects.write_history(folder, count, projects.TABLE, is_branchy)
    config = Config()
    config.set_main_option("script_location", str(folder / "migrations"))
    return ScriptDirectory.from_config(config)


@pytest.mark.parametrize("is_branchy", [False, True])
def test_a_history_has_the_size_that_was_asked_for(tmp_path, is_branchy):
    """As many revisions, one head."""
    script = history(tmp_path, 40, is_branchy)
    assert (len(list(script.walk_revisions())), len(script.get_heads())) == (40, 1)


def test_a_branchy_history_has_merges(tmp_path):
    """Otherwise it would be a linear one."""
    script = history(tmp_path, 40, True)
    assert sum(each.is_merge_point for each in script.walk_revisions()) == 4


def test_the_quick_cases_are_fewer():
    """``QUICK=1`` is for a look."""
    assert 5 < len(list(cases.cases(True))) < len(list(cases.cases(False)))


@pytest.mark.parametrize("is_quick", [True, False])
def test_each_case_has_a_name_of_its_own(is_quick):
    """``CASES`` chooses by name."""
    names = [case.name for case in cases.cases(is_quick)]
    assert len(set(names)) == len(names)


def test_the_chart_has_a_point_for_each_measurement():
    """One for each side and the floor, further right for more seconds."""
    row = {"this package": 0.01, "Flask-Migrate 4.1.0": 1.0, "floor": 0.1}
    root = ElementTree.fromstring(chart.svg([("a < b", row)]))
    points = root.findall("{*}circle")[len(chart.COLORS) :]
    at = [float(point.attrib["cx"]) for point in points]
    assert len(at) == 3
    assert at[0] < at[2] < at[1]
