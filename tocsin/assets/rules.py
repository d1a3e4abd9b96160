"""The map as a monitoring system has it: hosts and what each of them needs, read from Nagios and from Icinga 2.

The service of an alert of theirs is its host, so a host is a service here. What a check needs of another host's check,
its host needs of that host; checks of one host that need each other are one service and say nothing.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

NAME_MOST = 199
"""As the company file has it: what is imported must go out into one, and come back."""
NOTHING_GIVEN: Mapping[str, frozenset[str]] = {}


class Monitor(StrEnum):
    """Whose words a file is in."""

    NAGIOS = "nagios"
    ICINGA2 = "icinga2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something is said."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    key: str
    name: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """`caller` needs `callee`."""

    caller: str
    callee: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a map cannot be taken; `what` is English and has no line."""

    place: Place
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A map that was read, and from where."""

    monitor: Monitor
    file: str
    hosts: tuple[Host, ...]
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """What a map adds to ours: hosts that nobody has entered, and needs that nobody has given.

    `removed`: hosts that somebody has taken off our map; they stay off it, with what they need and are needed for.
    """

    hosts: tuple[Host, ...]
    needs: tuple[tuple[str, str], ...]
    removed: tuple[str, ...] = ()


@dataclass(slots=True)
class _Object:
    """One block of either format: its type, its properties and where it begins."""

    kind: str
    place: Place
    values: dict[str, str]


_NAGIOS_BEGINS = re.compile(r"define\s+(\w+)\s*\{$")
_ICINGA_BEGINS = re.compile(r"Object '.*' of type '(\w+)':$")
_ICINGA_PLACE = re.compile(r"  % declared in '(.*)', lines (\d+):")
_ICINGA_VALUE = re.compile(r'  \* (\w+) = "(.*)"$')


def read(monitor: Monitor, text: str, *, file: str) -> Found:
    """The map in a text: Nagios' object cache, or what `icinga2 object list` prints."""
    if monitor is Monitor.NAGIOS:
        hosts, needs = _of_nagios(_nagios_objects(text, file))
    else:
        hosts, needs = _of_icinga(_icinga_objects(text, file))
    between = {(need.caller, need.callee): need for need in reversed(needs) if need.caller != need.callee}
    return Found(monitor=monitor, file=file, hosts=tuple(hosts), needs=tuple(reversed(between.values())))


def _nagios_objects(text: str, file: str) -> Iterator[_Object]:
    found: _Object | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if begins := _NAGIOS_BEGINS.match(line):
            found = _Object(begins[1], Place(file=file, line=number), {})
        elif line == "}" and found is not None:
            yield found
            found = None
        elif found is not None and line and line[0] not in "#;":
            name, *value = line.split(maxsplit=1)
            found.values[name] = value[0] if value else ""


def _icinga_objects(text: str, file: str) -> Iterator[_Object]:
    found: _Object | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if begins := _ICINGA_BEGINS.match(line):
            if found is not None:
                yield found
            found = _Object(begins[1], Place(file=file, line=number), {})
        elif found is not None and (place := _ICINGA_PLACE.match(line)):
            found.place = Place(file=place[1], line=int(place[2]))
        elif found is not None and (value := _ICINGA_VALUE.match(line)):
            found.values[value[1]] = value[2]
    if found is not None:
        yield found


def _of_nagios(objects: Iterable[_Object]) -> tuple[list[Host], list[Need]]:
    hosts: list[Host] = []
    needs: list[Need] = []
    for each in objects:
        name = each.values.get("host_name", "")
        if each.kind == "host" and name:
            hosts.append(Host(key=name, name=each.values.get("alias") or name, place=each.place))
            parents = filter(None, (parent.strip() for parent in each.values.get("parents", "").split(",")))
            needs += [Need(caller=name, callee=parent, place=each.place) for parent in parents]
        elif each.kind in {"hostdependency", "servicedependency"}:
            needs.append(Need(caller=each.values.get("dependent_host_name", ""), callee=name, place=each.place))
    return hosts, needs


def _of_icinga(objects: Iterable[_Object]) -> tuple[list[Host], list[Need]]:
    hosts: list[Host] = []
    needs: list[Need] = []
    for each in objects:
        if each.kind == "Host":
            name = each.values.get("__name", "")
            hosts.append(Host(key=name, name=each.values.get("display_name") or name, place=each.place))
        elif each.kind == "Dependency":
            caller, callee = (each.values.get(f"{end}_host_name", "") for end in ("child", "parent"))
            needs.append(Need(caller=caller, callee=callee, place=each.place))
    return hosts, needs


def problems(found: Found, given: Mapping[str, frozenset[str]] = NOTHING_GIVEN) -> list[Problem]:
    """Every reason not to take a map: no host in it, a name we cannot keep, a host that is needed and is not there, a
    circle with what services are `given` to need here or without it."""
    known = {host.key for host in found.hosts}
    if not known:
        return [Problem(place=Place(file=found.file, line=1), what="there is no host in it")]
    wrong = [
        Problem(place=host.place, what=f"“{text[:40]}” is no name of a service: 1 to {NAME_MOST} printable characters")
        for host in found.hosts
        for text in dict.fromkeys((host.key, host.name))
        if not _is_name(text)
    ]
    wrong += [
        Problem(place=need.place, what=f"there is no host “{key}”")
        for need in found.needs
        for key in (need.caller, need.callee)
        if key not in known
    ]
    return wrong or list(_circles(found.needs, given))


def _is_name(text: str) -> bool:
    return 0 < len(text) <= NAME_MOST and text.isprintable() and text == text.strip()


def _circles(needs: Iterable[Need], given: Mapping[str, frozenset[str]]) -> Iterator[Problem]:
    """Each need that closes a circle with those before it and those given."""
    callees = {caller: dict.fromkeys(sorted(of)) for caller, of in given.items()}
    for need in needs:
        if need.callee in callees.get(need.caller, {}):
            continue
        if path := _path(need.callee, need.caller, callees):
            around = " → ".join([*path, need.callee])
            yield Problem(place=need.place, what=f"these need each other in a circle: {around}")
        else:
            callees.setdefault(need.caller, {})[need.callee] = None


def _path(start: str, end: str, callees: Mapping[str, Iterable[str]]) -> list[str]:
    """A shortest way from one service to another along what each needs; empty where there is none."""
    before: dict[str, str] = {start: start}
    waiting = deque([start])
    while waiting and end not in before:
        at = waiting.popleft()
        for callee in callees.get(at, ()):
            if callee not in before:
                before[callee] = at
                waiting.append(callee)
    if end not in before:
        return []
    path = [end]
    while path[-1] != start:
        path.append(before[path[-1]])
    return path[::-1]


def additions(
    found: Found,
    *,
    entered: Callable[[str], bool],
    given: Mapping[str, frozenset[str]],
    removed: frozenset[str] = frozenset(),
) -> Additions:
    """What is new of a map. What people have said of a service stays, and nothing is taken away."""
    return Additions(
        hosts=tuple(host for host in found.hosts if host.key not in removed and not entered(host.key)),
        needs=tuple(
            (need.caller, need.callee)
            for need in found.needs
            if need.callee not in given.get(need.caller, frozenset()) and removed.isdisjoint((need.caller, need.callee))
        ),
        removed=tuple(sorted(removed)),
    )
