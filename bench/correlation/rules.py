"""The rules of thumb that the engine is compared with; ties are broken by what a person would see first."""

from __future__ import annotations

from collections import Counter
from typing import Any


def first(case: dict[str, Any]) -> list[str]:
    """Services in the order of their first alert."""
    alerts = sorted(case["alerts"], key=lambda a: a["ts"])
    return list(dict.fromkeys(a["service"] for a in alerts))


def most(case: dict[str, Any]) -> list[str]:
    """Services by the number of their alerts."""
    return [service for service, _ in Counter(a["service"] for a in case["alerts"]).most_common()]


def deepest(case: dict[str, Any]) -> list[str]:
    """Services none of whose callees alert before the others, by number of alerts."""
    callees: dict[str, set[str]] = {}
    for caller, callee in case.get("topology", {}).get("edges", ()):
        callees.setdefault(caller, set()).add(callee)
    counts = Counter(a["service"] for a in case["alerts"])
    depth = {service: any(c in counts for c in callees.get(service, ())) for service in counts}
    return sorted(counts, key=lambda s: (depth[s], -counts[s]))


RULES = {"first": first, "most": most, "deepest": deepest}
