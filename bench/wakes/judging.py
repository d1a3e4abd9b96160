"""What a night was like, given the truth."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from statistics import median
from typing import Any

from bench.wakes.night import Group, Night


def judge(case: Mapping[str, Any], tiers: Mapping[str, int], teams: Mapping[str, str]) -> dict[str, Any]:
    """Figures of one storm. `early`: people woken before the main cause holds, for any reason; `early_main`: of those,
    for the main failure. Times in seconds."""
    night = Night(case, tiers, teams)
    night.run()
    truth = case["truth"]
    main = truth["incidents"][0]
    true_team = teams.get(main["service"], "")
    about_main = [call for call in night.calls if call.about == main["id"]]
    group = _main(night, main["id"])
    held_at = group.cause_since if group is not None else datetime.max.replace(tzinfo=UTC)
    early = [call for call in night.calls if call.at <= max(held_at, about_main[0].at if about_main else held_at)]
    waits = night.critical_waits_s()
    to_owner = [call.at for call in about_main if call.team == true_team]
    begins = _first(night, main["id"])
    return {
        "case": case["id"],
        "failures": len({a.truth for a in night.alerts.values() if a.truth.startswith("i")}),
        "pages": len(night.calls),
        "people": len({c.team for c in night.calls}),
        "early": len({c.team for c in early}),
        "early_main": len({c.team for c in early if c.about == main["id"]}),
        "people_main": len({c.team for c in about_main}),
        "noise": sum(not c.about.startswith("i") for c in night.calls),
        "first_page_s": _since(begins, about_main[0].at) if about_main and begins else None,
        "critical": len(waits),
        "critical_10s": sum(wait <= 10.0 for wait in waits),
        "first_right": bool(about_main) and about_main[0].team == true_team,
        "owner_s": _since(begins, min(to_owner)) if to_owner and begins else None,
        "held_s": _since(begins, held_at) if group is not None and begins else None,
        "right": group is not None and group.cause == main["service"],
    }


def _since(before: datetime, at: datetime) -> float:
    return round((at - before).total_seconds(), 1)


def _main(night: Night, truth: str) -> Group | None:
    """The group that holds most of the main failure at the end."""
    counts = [(sum(a.truth == truth for a in group.alerts.values()), n) for n, group in enumerate(night.groups)]
    most, number = max(counts, key=lambda pair: (pair[0], -pair[1]), default=(0, 0))
    return night.groups[number] if most else None


def _first(night: Night, truth: str) -> datetime | None:
    return min((a.life.first_at for a in night.alerts.values() if a.truth == truth), default=None)


def summary(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians and shares over one source."""
    called = [row for row in rows if row["first_page_s"] is not None]
    critical = sum(row["critical"] for row in rows)
    owners = [row["owner_s"] for row in rows if row["owner_s"] is not None]
    return {
        "set": name,
        "storms": len(rows),
        "paged": len(called),
        "early": median(row["early"] for row in rows),
        "early<=2": _share(row["early"] <= 2 for row in rows),
        "early_main<=2": _share(row["early_main"] <= 2 for row in rows),
        "people": median(row["people"] for row in rows),
        "people<=2": _share(row["people"] <= 2 for row in rows),
        "noise": sum(row["noise"] for row in rows),
        "first_page_s": median(row["first_page_s"] for row in called) if called else None,
        "critical_10s": round(sum(row["critical_10s"] for row in rows) / critical, 3) if critical else None,
        "first_right": _share(row["first_right"] for row in called),
        "owner": _share(row["owner_s"] is not None for row in called),
        "owner_s": median(owners) if owners else None,
        "right": _share(row["right"] for row in rows),
    }


def _share(values: Any) -> float | None:
    found = list(values)
    return round(sum(found) / len(found), 2) if found else None
