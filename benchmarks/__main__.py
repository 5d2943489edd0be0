"""Run the benchmarks: ``python -m benchmarks`` in a checkout."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from . import chart, timing
from .cases import Case, cases
from .sides import ROOT, Side, prepared
from .stage import Stage, staged
from .timing import Timings

CHART = ROOT / "docs" / "images" / "benchmarks.svg"

COLUMNS = (
    f"{'case':<52} {'ours':>8} {'4.1.0':>8} {'ratio':>7} {'floor':>7} {'above':>7} "
    f"{'MiB':>6} {'4.1.0':>6} {'sent':>6} {'4.1.0':>6}  same result"
)


def measured(case: Case, stage: Stage, sides: tuple[Side, Side]) -> dict[str, Timings]:
    """Run the sides of *case*, and the floor, in turn."""
    ours = sides[0]
    found = {side.name: Timings() for side in sides}
    floors = _floors(case, stage, sides)
    found |= {name: Timings() for name in floors}
    for _ in range(case.runs):
        for side in sides:
            stage.reset(side)
            program = side.python if case.is_python else side.flask
            timing.run(
                [program, *case.words],
                stage.folders[side],
                stage.variables(side),
                found[side.name],
                case.reading,
            )
            found[side.name].output = case.plain(found[side.name].output) + str(stage.state(side))
        for name, command in floors.items():
            stage.reset(ours)
            variables = stage.variables(ours)
            variables.pop("BENCH_STATEMENTS", None)
            timing.run(command, stage.folders[ours], variables, found[name])
    return found


def _floors(case: Case, stage: Stage, sides: tuple[Side, Side]) -> dict[str, list[str]]:
    """What no command of *case* can be faster than."""
    ours, peer = sides
    if case.is_python:
        return {}
    if not case.revisions and not case.tables:
        return {"floor": [peer.flask, "--app", "bare", "--help"]}
    if case.revisions and not case.is_upgraded:
        return {"floor": stage.write_raw(ours)}
    # The models of the application are made with or without migrations.
    application = "app" if case.tables else "bare"
    return {"floor": [peer.python, "-c", f"import flask, flask_sqlalchemy, {application}"]}


def line(case: Case, found: dict[str, Timings], sides: tuple[Side, Side]) -> str:
    """A row of the table."""
    ours, peer = (found[side.name] for side in sides)
    floor = found.get("floor")
    above = floor and (peer.median - floor.median) / max(ours.median - floor.median, 0.001)
    is_same = ours.output == peer.output
    return (
        f"{case.name:<52} {_seconds(ours.median):>8} {_seconds(peer.median):>8} "
        f"{peer.median / ours.median:>6.1f}x {_seconds(floor.median) if floor else '':>7} "
        f"{f'{above:.1f}x' if above else '':>7} {ours.memory:>6.0f} {peer.memory:>6.0f} "
        f"{ours.statements if ours.statements is not None else '':>6} "
        f"{peer.statements if peer.statements is not None else '':>6}  "
        f"{'yes' if is_same else 'NO'}"
    )


def _seconds(value: float) -> str:
    return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value:.2f} s"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the small sizes, in two minutes")
    parser.add_argument("--chart", action="store_true", help=f"write {CHART.relative_to(ROOT)}")
    parser.add_argument("words", nargs="*", help="only cases with one of these in their name")
    options = parser.parse_args()
    sides = prepared(ROOT)
    chosen = [
        case
        for case in cases(options.quick)
        if not options.words or any(word in case.name for word in options.words)
    ]
    rows, are_same = [], True
    print(COLUMNS, flush=True)
    with tempfile.TemporaryDirectory() as folder, staged(Path(folder), sides) as stages:
        for case in chosen:
            found = measured(case, stages.stage(case), sides)
            row = line(case, found, sides)
            are_same = are_same and row.endswith("yes")
            print(row, flush=True)
            rows.append((case.name, {name: each.median for name, each in found.items()}))
    if options.chart:
        CHART.write_text(chart.svg(rows))
        print(f"Wrote {CHART}")
    return 0 if are_same else 1


if __name__ == "__main__":
    raise SystemExit(main())
