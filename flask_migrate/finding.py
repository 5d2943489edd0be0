"""What the doctor says about one thing it looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    ``is_problem`` is false for what is only worth knowing.
    """

    is_problem: bool
    message: str
    hint: str = ""

    def __str__(self) -> str:
        mark = "x" if self.is_problem else "-"
        return f"{mark} {self.message}" + (f"\n  {self.hint}" if self.hint else "")
