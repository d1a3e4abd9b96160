"""The map as a monitoring system has it: hosts and what each of them needs, read from Nagios and from Icinga 2.

The service of an alert of theirs is its host, so a host is a service here. What a check needs of another host's check,
its host needs of that host; checks of one host that need each other are one service and say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


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
    """A map that was read."""

    monitor: Monitor
    hosts: tuple[Host, ...]
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """What a map adds to ours: hosts that nobody has entered, and needs that nobody has given."""

    hosts: tuple[Host, ...]
    needs: tuple[tuple[str, str], ...]


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
    return Found(monitor=monitor, hosts=tuple(hosts), needs=tuple(reversed(between.values())))


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


def problems(found: Found) -> list[Problem]:
    """Every reason not to take a map: no host in it, a host that is needed and is not there, a circle."""
    known = {host.key for host in found.hosts}
    if not known:
        return [Problem(place=Place(file=found.monitor, line=1), what="there is no host in it")]
    strange = [
        Problem(place=need.place, what=f"there is no host “{key}”")
        for need in found.needs
        for key in (need.caller, need.callee)
        if key not in known
    ]
    return strange or list(_circles(found.needs))


def _circles(needs: Iterable[Need]) -> Iterator[Problem]:
    """Each need that closes a circle, as a depth-first walk meets them; without recursion, for chains may be long."""
    of: dict[str, list[Need]] = {}
    for each in needs:
        of.setdefault(each.caller, []).append(each)
    done: set[str] = set()
    for start, first in of.items():
        path: dict[str, None] = {start: None}
        open_needs = [iter(first)] if start not in done else []
        while open_needs:
            need: Need | None = next(open_needs[-1], None)
            if need is None:
                open_needs.pop()
                done.add(path.popitem()[0])
            elif need.callee in path:
                around = [*list(path)[list(path).index(need.callee) :], need.callee]
                yield Problem(place=need.place, what=f"these need each other in a circle: {' → '.join(around)}")
            elif need.callee not in done:
                path[need.callee] = None
                open_needs.append(iter(of.get(need.callee, ())))


def additions(found: Found, *, entered: Callable[[str], bool], given: Mapping[str, frozenset[str]]) -> Additions:
    """What is new of a map. What people have said of a service stays, and nothing is taken away."""
    return Additions(
        hosts=tuple(host for host in found.hosts if not entered(host.key)),
        needs=tuple(
            (need.caller, need.callee) for need in found.needs if need.callee not in given.get(need.caller, frozenset())
        ),
    )
