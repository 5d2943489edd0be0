"""The result as a picture: one row a case, seconds on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

#: Pixels.
LEFT, WIDTH, ROW, TOP = 330, 560, 22, 60

COLORS = {"this package": "#1f77b4", "Flask-Migrate 4.1.0": "#d62728", "floor": "#7f7f7f"}


def svg(rows: Sequence[tuple[str, dict[str, float]]]) -> str:
    """An SVG of *rows*: the name of a case, and the seconds of each that was measured."""
    every = [seconds for _, row in rows for seconds in row.values()]
    low = math.floor(math.log10(min(every)))
    high = math.ceil(math.log10(max(every)))
    height = TOP + ROW * len(rows) + 30

    def x(seconds: float) -> float:
        return LEFT + WIDTH * (math.log10(seconds) - low) / (high - low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 40} {height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{LEFT + WIDTH + 40}" height="{height}" fill="#ffffff"/>',
    ]
    for number, (name, color) in enumerate(COLORS.items()):
        at = LEFT + number * 180
        parts.append(f'<circle cx="{at}" cy="20" r="5" fill="{color}"/>')
        parts.append(f'<text x="{at + 10}" y="24">{escape(name)}</text>')
    for power in range(low, high + 1):
        at = x(10.0**power)
        parts.append(f'<line x1="{at}" x2="{at}" y1="40" y2="{height - 25}" stroke="#dddddd"/>')
        parts.append(
            f'<text x="{at}" y="{height - 8}" text-anchor="middle">{10.0**power:g} s</text>'
        )
    for number, (name, row) in enumerate(rows):
        y = TOP + ROW * number
        parts.append(f'<text x="{LEFT - 15}" y="{y + 4}" text-anchor="end">{escape(name)}</text>')
        ends = [x(seconds) for seconds in row.values()]
        parts.append(
            f'<line x1="{min(ends)}" x2="{max(ends)}" y1="{y}" y2="{y}" stroke="#bbbbbb"/>'
        )
        parts += [
            f'<circle cx="{x(seconds)}" cy="{y}" r="5" fill="{COLORS[side]}"/>'
            for side, seconds in row.items()
        ]
    return "\n".join([*parts, "</svg>", ""])
