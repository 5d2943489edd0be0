from __future__ import annotations

import os

import pytest

from .releases import MULTI, SINGLE, templates


@pytest.fixture(scope="session", autouse=True)
def package_index() -> None:
    """Without the package index there is no earlier release to compare with."""
    try:
        for release in (*SINGLE, *MULTI):
            templates(release)
    except LookupError as error:
        if os.environ.get("FLASK_MIGRATE_TESTS_REQUIRE_DATABASES") == "1":
            pytest.fail(str(error), pytrace=False)
        pytest.skip(f"no package index: {error}")
