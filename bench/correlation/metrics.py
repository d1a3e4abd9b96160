"""Figures of merit, written out so that they can be read. Groupings are counted per unit, not per delivery."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from math import comb, log, sqrt


def v_measure(truth: Sequence[Hashable], found: Sequence[Hashable]) -> float:
    """Harmonic mean of homogeneity and completeness."""
    if not truth:
        return 1.0
    pairs, rows, columns = Counter(zip(truth, found, strict=True)), Counter(truth), Counter(found)
    total = len(truth)
    homogeneity = _part_explained(pairs, columns, rows, total, 1)
    completeness = _part_explained(pairs, rows, columns, total, 0)
    both = homogeneity + completeness
    return 2.0 * homogeneity * completeness / both if both > 0.0 else 0.0


def _part_explained(
    pairs: Mapping[tuple[Hashable, Hashable], int],
    given: Mapping[Hashable, int],
    of: Mapping[Hashable, int],
    total: int,
    place: int,
) -> float:
    entropy = -sum(n / total * log(n / total) for n in of.values())
    left = -sum(n / total * log(n / given[pair[place]]) for pair, n in pairs.items())
    return 1.0 - left / entropy if entropy > 0.0 else 1.0


def adjusted_rand(truth: Sequence[Hashable], found: Sequence[Hashable]) -> float:
    """1 for the same grouping, 0 for chance."""
    together = sum(comb(n, 2) for n in Counter(zip(truth, found, strict=True)).values())
    rows = sum(comb(n, 2) for n in Counter(truth).values())
    columns = sum(comb(n, 2) for n in Counter(found).values())
    expected = rows * columns / comb(len(truth), 2) if len(truth) > 1 else 0.0
    most = (rows + columns) / 2.0
    return (together - expected) / (most - expected) if most != expected else 1.0


def interval(hits: float, of: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if of == 0:
        return 0.0, 1.0
    z, share = 1.96, hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return max(middle - half, 0.0), min(middle + half, 1.0)
