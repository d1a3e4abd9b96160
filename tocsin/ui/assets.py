"""Which built file stands behind "app.css" or "app.ts": the bundle's manifest, read once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.templatetags.static import static

from tocsin.core.errors import TocsinError

DIST = Path(__file__).parent / "static" / "dist"


class BundleMissing(TocsinError):
    """The front end was not built, so no screen can be styled."""

    status = 503
    code = "bundle_missing"

    def __init__(self) -> None:
        super().__init__("The front end is not built. Run: pip install -e . (or python hatch_build.py).")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One entry of the bundle: its address and those of the chunks it needs at once."""

    url: str
    preload: tuple[str, ...]


def bundle_is_built() -> bool:
    """Whether the manifest is there; it is written last, so then everything is."""
    return (DIST / "manifest.json").is_file()


@cache
def _manifest() -> dict[str, Asset]:
    if not bundle_is_built():
        raise BundleMissing
    entries = json.loads((DIST / "manifest.json").read_text())
    return {
        name: Asset(
            url=static(f"dist/{entry['file']}"), preload=tuple(static(f"dist/{chunk}") for chunk in entry["imports"])
        )
        for name, entry in entries.items()
    }


def asset(name: str) -> Asset:
    """The built file of an entry such as "app.css"; raises BundleMissing or KeyError."""
    return _manifest()[name]
