"""The tokens keep their promises: readable text, visible marks, severities that colour-blind people can tell apart."""

from __future__ import annotations

import itertools
import math
import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "frontend/src/styles/tokens.css"
Rgb = tuple[float, float, float]
PAIR = re.compile(r"--([\w-]+): (?:light-dark\((#\w{6}), (#\w{6})\)|(#\w{6}));")

# Machado, Oliveira and Fernandes 2009, severity 1.0, in linear light.
SIMULATIONS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def _palette(theme: str) -> dict[str, Rgb]:
    found = PAIR.findall(TOKENS.read_text())
    chosen = {name: both or (light if theme == "light" else dark) for name, light, dark, both in found}
    return {name: _linear(colour) for name, colour in chosen.items()}


def _linear(colour: str) -> Rgb:
    def channel(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (channel(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return red, green, blue


def _contrast(one: Rgb, other: Rgb) -> float:
    def luminance(colour: Rgb) -> float:
        return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _times(matrix: tuple[tuple[float, ...], ...], colour: Rgb) -> Rgb:
    red, green, blue = (sum(a * b for a, b in zip(row, colour, strict=True)) for row in matrix)
    return red, green, blue


def _oklab(colour: Rgb) -> Rgb:
    cone = _times(
        (
            (0.4122214708, 0.5363325363, 0.0514459929),
            (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005),
        ),
        colour,
    )
    long, medium, short = (math.cbrt(max(0.0, value)) for value in cone)
    return _times(
        (
            (0.2104542553, 0.7936177850, -0.0040720468),
            (1.9779984951, -2.4285922050, 0.4505937099),
            (0.0259040371, 0.7827717662, -0.8086757660),
        ),
        (long, medium, short),
    )


def _seen(colour: Rgb, blindness: str) -> Rgb:
    red, green, blue = (min(1.0, max(0.0, value)) for value in _times(SIMULATIONS[blindness], colour))
    return red, green, blue


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *itertools.product(["ink", "ink-2", "ink-3", "accent"], ["bg", "surface"]),
        ("ink", "sunk"),
        ("ink-2", "sunk"),
        ("accent-on", "accent"),
        ("rail-ink", "rail"),
        ("rail-ink-2", "rail"),
        ("rail-bright", "rail-on"),
        ("rail-ink", "rail-on"),
        *[(f"{name}-on", name) for name in ("s1", "s2", "s3", "s4", "ok")],
        ("bg", "ink"),
    ],
)
def test_text_is_readable_on_its_ground(theme: str, text: str, ground: str) -> None:
    palette = _palette(theme)
    assert _contrast(palette[text], palette[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["s1", "s2", "s3", "s4", "ok"])
def test_text_on_tinted_ground_is_very_readable(theme: str, name: str) -> None:
    palette = _palette(theme)
    assert _contrast(palette[f"{name}-text"], palette[f"{name}-soft"]) >= 6.99


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["s1", "s2", "s4", "ok", "line-strong", "accent"])
def test_marks_and_control_borders_are_visible(theme: str, name: str) -> None:
    palette = _palette(theme)
    assert _contrast(palette[name], palette["surface"]) >= 3


def test_medium_in_light_is_the_one_faint_mark_and_its_edge_is_not() -> None:
    palette = _palette("light")
    assert _contrast(palette["s3"], palette["surface"]) < 3, "the edge in charts is no longer needed"
    assert _contrast(palette["s3-text"], palette["surface"]) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("blindness", list(SIMULATIONS))
def test_severities_stay_apart_for_colour_blind_eyes(theme: str, blindness: str) -> None:
    palette = _palette(theme)
    seen = {name: _oklab(_seen(palette[name], blindness)) for name in ("s1", "s2", "s3", "s4", "ok")}
    distances = {pair: 100 * math.dist(seen[pair[0]], seen[pair[1]]) for pair in itertools.combinations(seen, 2)}
    worst = min(distances, key=distances.__getitem__)
    assert distances[worst] >= 8.5, f"{worst} look alike"
