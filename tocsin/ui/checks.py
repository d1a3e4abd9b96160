"""System checks of the screens."""

from __future__ import annotations

from typing import Any

from django.core.checks import Error

from tocsin.ui import assets


def bundle_is_built(**_options: Any) -> list[Error]:
    """Say how to build the front end before anybody sees a page without styles."""
    if assets.bundle_is_built():
        return []
    return [
        Error(
            "The front end is not built.",
            hint="Run `pip install -e .`, or `python hatch_build.py` in a source tree.",
            id="ui.E001",
        )
    ]
