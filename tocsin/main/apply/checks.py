"""What a single entry cannot see: references that lead nowhere, things declared twice, circles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import pairwise

from tocsin.main.apply.document import SECTIONS, Document, overlaid
from tocsin.main.apply.nodes import Path, Problem
from tocsin.main.apply.references import Reference, references

ServicesHere = Callable[[Iterable[str]], Iterable[str]]
"""Which of some keys are of services that are here already, whether anybody has entered them or not."""

_SHOWN_IN_CIRCLE = 8

SINGULAR = {
    "people": "person",
    "teams": "team",
    "services": "service",
    "rotations": "rotation",
    "policies": "policy",
    "integrations": "integration",
    "keys": "key",
    "heartbeats": "heartbeat",
    "silences": "silence",
    "maintenance": "maintenance window",
}


def problems(
    wanted: Document, current: Document, lines: Mapping[Path, int], services_here: ServicesHere | None
) -> Iterator[Problem]:
    """Check the whole that holds after ``wanted`` is laid over ``current``; ``lines`` are those of the file."""
    whole = overlaid(current, wanted)
    yield from _dangling(whole, lines)
    if services_here is not None:
        yield from _strange_services(wanted, whole, lines, services_here)
    yield from _shared_addresses(wanted, lines)
    yield from _steps_going_back(wanted, lines)
    yield from _circles(whole, lines)


def _line(lines: Mapping[Path, int], path: Path) -> int | None:
    """Give the line of a value, or of the nearest thing around it; None when the file does not hold it."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _known(whole: Document, lines: Mapping[Path, int]) -> dict[str, set[str]]:
    """Give the keys of each section, with those of entries that have problems of their own."""
    known = {name: set(whole.section(name) or ()) for name in SECTIONS}
    for path in lines:
        if len(path) == 2 and path[0] in known and isinstance(path[1], str):
            known[str(path[0])].add(path[1])
    return known


def _dangling(whole: Document, lines: Mapping[Path, int]) -> Iterator[Problem]:
    known = _known(whole, lines)
    for reference in references(whole):
        if reference.key in known[reference.section]:
            continue
        yield _dangling_problem(reference, known[reference.section], lines)


def _strange_services(
    wanted: Document, whole: Document, lines: Mapping[Path, int], services_here: ServicesHere
) -> Iterator[Problem]:
    """Services of maintenance windows: one may have been seen in alerts only, or be made for a heartbeat."""
    told = _known(whole, lines)
    named = {
        ("maintenance", window.key, "services", key): key
        for window in wanted.maintenance or ()
        for key in window.services
    }
    strange = set(named.values()) - told["services"] - told["heartbeats"]
    strange -= set(services_here(strange))
    for path, key in named.items():
        if key in strange:
            yield _dangling_problem(Reference(path=path, section="services", key=key), told["services"], lines)


def _dangling_problem(reference: Reference, known: set[str], lines: Mapping[Path, int]) -> Problem:
    what = f"there is no {SINGULAR[reference.section]} {reference.key!r}"
    line = _line(lines, reference.path)
    if line is None:
        # What refers stands in a section the file leaves alone: the file took away what it refers to.
        user = f"{SINGULAR[str(reference.path[0])]} {reference.path[1]!r}"
        where = lines.get((reference.section,), 1)
        return Problem(where, f"{what} any more, but {user} still refers to it; keep it or change {user} too")
    close = get_close_matches(reference.key, known, n=1)
    advice = f"did you mean {close[0]!r}?" if close else f"declare it under {reference.section} or take this out"
    return Problem(line, f"{what}; {advice}")


def _shared_addresses(wanted: Document, lines: Mapping[Path, int]) -> Iterator[Problem]:
    """Two people with one e-mail address could sign in as each other."""
    owners: dict[str, str] = {}
    for person in wanted.people or ():
        if person.email is None:
            continue
        first = owners.setdefault(person.email.lower(), person.login)
        if first != person.login:
            line = _line(lines, ("people", person.login, "email")) or 1
            yield Problem(line, f"{person.email} is the e-mail of {first!r} already; give each person their own")


def _steps_going_back(wanted: Document, lines: Mapping[Path, int]) -> Iterator[Problem]:
    """Steps are taken in their order, so each begins no earlier than the one before."""
    for policy in wanted.policies or ():
        for place, (earlier, later) in enumerate(pairwise(policy.steps), 1):
            if later.after_s < earlier.after_s:
                line = _line(lines, ("policies", policy.key, "steps", place, "after_s")) or 1
                message = f"this step begins after {later.after_s} s, before the one above it ({earlier.after_s} s)"
                yield Problem(line, f"{message}; after_s counts from the start of the round, so put them in order")


def _circles(whole: Document, lines: Mapping[Path, int]) -> Iterator[Problem]:
    """Report each dependency that closes a circle; services that nothing declares are skipped."""
    callees = {service.key: service.depends_on for service in whole.services or ()}
    done: set[str] = set()
    for start in callees:
        if start not in done:
            yield from _circles_from(start, callees, done, lines)


def _circles_from(
    start: str, callees: Mapping[str, tuple[str, ...]], done: set[str], lines: Mapping[Path, int]
) -> Iterator[Problem]:
    """Walk depth first without recursion: a dependency on something on the way closes a circle."""
    way, open_at, ahead = [start], {start: 0}, [iter(callees[start])]
    while way:
        callee = next(ahead[-1], None)
        if callee is None:
            ahead.pop()
            done.add(way.pop())
            continue
        if callee in open_at and callee not in done:
            yield _circle_problem([*way[open_at[callee] :], callee], lines)
        elif callee not in done and callee in callees:
            open_at[callee] = len(way)
            way.append(callee)
            ahead.append(iter(callees[callee]))


def _circle_problem(circle: list[str], lines: Mapping[Path, int]) -> Problem:
    line = _line(lines, ("services", circle[-2], "depends_on", circle[-1])) or 1
    if len(circle) == 2:
        return Problem(line, f"service {circle[0]!r} depends on itself; take this out")
    shown = circle if len(circle) <= _SHOWN_IN_CIRCLE else [*circle[: _SHOWN_IN_CIRCLE - 2], "...", circle[-1]]
    return Problem(line, f"services depend on each other in a circle: {' -> '.join(shown)}; take one of these out")
