"""How a bench tells what it measured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console


def tell(console: Console, found: Mapping[str, float | int | str], path: Path | None) -> None:
    """One figure a line; and all of them as JSON into a file, where one is named."""
    for name, value in found.items():
        console.print(f"{name:>22}  {value if isinstance(value, str) else f'{value:,}'}")
    if path is not None:
        path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
