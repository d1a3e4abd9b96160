"""The environment is what the pins say: a version that nobody chose is a surprise later."""

import re
from importlib.metadata import PackageNotFoundError, distribution, requires, version
from pathlib import Path

PINS = Path(__file__).parents[2] / "constraints.txt"


def pinned() -> dict[str, str]:
    lines = (line for line in PINS.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    return {normal(name): wanted for name, _, wanted in (line.partition("==") for line in lines)}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def needed() -> set[str]:
    """Every installed package that the project, its extras, and their packages in turn ask for."""
    found: set[str] = set()
    waiting = ["tocsin"]
    while waiting:
        asking = waiting.pop()
        for requirement in requires(asking) or ():
            name = normal(re.split(r"[^\w.-]", requirement)[0])
            wanted = asking == "tocsin" or "extra ==" not in requirement
            if wanted and name not in {*found, "tocsin"} and is_installed(name):
                found.add(name)
                waiting.append(name)
    return found


def is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def test_everything_needed_is_pinned_to_what_is_installed() -> None:
    pins = pinned()
    assert {name: version(name) for name in sorted(needed())}.items() <= pins.items()


def test_pins_name_versions_only() -> None:
    assert all(re.fullmatch(r"[\w.+!-]+", wanted) for wanted in pinned().values())
    assert "://" not in PINS.read_text(encoding="utf-8")
