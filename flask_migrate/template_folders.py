"""The templates that a project can be made from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"

#: The templates, each with the folders that its files come from; later ones win.
LAYERS: Mapping[str, tuple[str, ...]] = {
    "flask": ("shared", "flask"),
    "flask-multidb": ("shared", "flask-multidb"),
    "aioflask": ("shared", "aioflask"),
    "aioflask-multidb": ("shared", "flask-multidb", "aioflask-multidb"),
}


def synopses() -> dict[str, str]:
    """Each template with the first line of its README."""
    return {
        name: (TEMPLATES / name / "README").read_text(encoding="utf-8").splitlines()[0]
        for name in LAYERS
    }
