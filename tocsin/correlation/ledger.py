"""The ledger of a suspect: what it explains, gathered into lines a person can weigh. The lines add up to the score."""

from collections.abc import Iterable

from .likelihood import Explained, How
from .model import Evidence, EvidenceKind, Param
from .onset import Floats
from .scoring import Suspect
from .signals import Signal

_ROADS = {
    How.NAMED: EvidenceKind.CALLERS_NAME_IT,
    How.CALLER: EvidenceKind.CALLERS_FAIL,
    How.CALLEE: EvidenceKind.TRAFFIC_FALLS,
    How.BURST: EvidenceKind.SAME_BURST,
}


def ledger(
    suspect: Suspect,
    points: Floats,
    began_at: float,
    signals: list[Signal],
    names: list[str],
    beside: Iterable[Evidence],
) -> tuple[Evidence, ...]:
    """Evidence, the strongest first; `points` is parallel to the suspect's `explained`."""
    grouped: dict[tuple[EvidenceKind, str], list[tuple[float, Explained]]] = {}
    for explained, worth in zip(suspect.explained, points, strict=True):
        if worth > 1e-9:
            own = explained.how is How.OWN
            kind = EvidenceKind.OWN_SIGNAL if own else _ROADS[explained.how]
            word = signals[explained.signal].kind.value if own else ""
            grouped.setdefault((kind, word), []).append((float(worth), explained))
    lines = [_line(kind, word, parts, began_at, signals, names) for (kind, word), parts in grouped.items()]
    lines += beside
    return tuple(sorted(lines, key=lambda e: (-abs(e.points), e.kind)))


def _line(
    kind: EvidenceKind,
    word: str,
    parts: list[tuple[float, Explained]],
    began_at: float,
    signals: list[Signal],
    names: list[str],
) -> Evidence:
    strongest = max(parts, key=lambda part: part[0])[1]
    first = min(signals[e.signal].onset for _, e in parts)
    params: dict[str, Param] = {
        "services": len({signals[e.signal].service for _, e in parts}),
        "alerts": sum(u.count for _, e in parts for u in signals[e.signal].units),
        "example": names[signals[strongest.signal].service],
        "after_s": round(first - began_at, 1),
    }
    if word:
        params["class"] = word
        params["rule"] = signals[strongest.signal].units[0].name
    elif strongest.hops > 1:
        params["via"] = names[strongest.via]
    return Evidence(kind=kind, points=sum(points for points, _ in parts), params=params)
