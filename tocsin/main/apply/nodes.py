"""Reading YAML nodes with their lines: typed values out, every problem kept, none fatal to the rest of the file.

Nothing is ever constructed from a YAML tag: scalars are taken as the text that stands in the file, so ``no`` is a
language code where one is expected and ``10:00`` is a time, never 600.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final, ParamSpec, TypeAlias, TypeVar, cast

import yaml

from tocsin.core.errors import InvalidInput

T = TypeVar("T")
P = ParamSpec("P")

Path: TypeAlias = tuple[str | int, ...]
"""The way to a value: section, key of the entry, field, value or place."""

_NULL = "tag:yaml.org,2002:null"
_MOST_NESTED = 32
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Required:
    """Marks a field without a default."""


REQUIRED: Final = _Required()


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with the file, at a line counted from 1: what it is; what to do."""

    line: int
    message: str

    def shown(self, file: str) -> str:
        """Render as ``FILE:LINE: message``, which editors and terminals make clickable."""
        return f"{file}:{self.line}: {self.message}"


@dataclass(slots=True)
class Reading:
    """What one pass over a file has gathered: its problems, and the line of each value met."""

    problems: list[Problem] = field(default_factory=list)
    lines: dict[Path, int] = field(default_factory=dict)

    def wrong(self, line: int, message: str) -> None:
        """Keep one problem."""
        self.problems.append(Problem(line, message))


def compose(text: str, reading: Reading) -> yaml.Node | None:
    """Parse the text into nodes; None with a problem kept when it is not one YAML document."""
    try:
        if _too_deep(text):
            reading.wrong(1, f"the file nests more than {_MOST_NESTED} levels; a company file needs far fewer")
            return None
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reading.wrong(mark.line + 1 if mark else 1, f"this is not YAML: {error.problem}; mend the syntax here")
        return None
    except yaml.YAMLError as error:
        reading.wrong(1, f"this is not YAML: {' '.join(str(error).split())}; save the file as plain UTF-8 text")
        return None
    if node is None:
        reading.wrong(1, "the file is empty; start it with 'tocsin: 1'")
    return node


def _too_deep(text: str) -> bool:
    """Count nesting by events, which needs no recursion: the composer recurses, and the one in C then crashes."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MOST_NESTED:
                return True
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return False


class Entry:
    """One mapping of the file, read field by field; what nobody asked for is an unknown key.

    A value that is missing or wrong is reported at once and read as a placeholder; :meth:`finished` then builds
    nothing, so the placeholder is never seen.
    """

    def __init__(self, reading: Reading, node: yaml.Node, path: Path, what: str) -> None:
        """Take a node that should be a mapping; ``what`` names it in messages ("a person")."""
        self.reading, self.path, self.what = reading, path, what
        self.line = line_of(node)
        self.broken = False
        self._asked: list[str] = []
        self._values: dict[str, yaml.Node] = {}
        self._keys: dict[str, yaml.Node] = {}
        reading.lines.setdefault(path, self.line)
        self._is_mapping = isinstance(node, yaml.MappingNode)
        if isinstance(node, yaml.MappingNode):
            self._take(node)
        else:
            self.wrong(node, f"{what} is {_kind_of(node)}; write it as 'key: value' lines")

    def _take(self, node: yaml.MappingNode) -> None:
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.wrong(key, f"a key of {self.what} is {_kind_of(key)}; use a plain word")
            elif key.value in self._keys:
                first = line_of(self._keys[key.value])
                self.wrong(key, f"'{key.value}' is given twice, first on line {first}; keep one of them")
            else:
                self._keys[key.value], self._values[key.value] = key, value

    def wrong(self, node: yaml.Node | None, message: str) -> None:
        """Keep a problem at a node (or at the entry's own line) and build nothing from this entry."""
        self.broken = True
        self.reading.wrong(line_of(node) if node is not None else self.line, message)

    def _missing(self, name: str, advice: str) -> None:
        """Report a missing field, unless the whole entry was reported already for being no mapping."""
        if self._is_mapping:
            self.wrong(self._keys.get(name), f"{self.what} has no {name}; {advice}")

    def has(self, name: str) -> bool:
        """Whether the field is there with a value."""
        node = self._values.get(name)
        return node is not None and node.tag != _NULL

    def mentions(self, name: str) -> bool:
        """Whether the field is there at all, even empty."""
        return name in self._values

    def node(self, name: str) -> yaml.Node | None:
        """Give the node of a field, with its line noted; None when it is absent or empty."""
        self._asked.append(name)
        if not self.has(name):
            return None
        self.reading.lines[(*self.path, name)] = line_of(self._keys[name])
        return self._values[name]

    def scalar(self, name: str, convert: Callable[[str], T], default: T | _Required = REQUIRED) -> T:
        """Read one value; ``convert`` raises ``ValueError`` with "what is wrong; what to do"."""
        node = self.node(name)
        if node is None:
            if not isinstance(default, _Required):
                return default
            self._missing(name, f"add '{name}: ...'")
            return cast(T, None)
        return self._converted(node, name, convert)

    def _converted(self, node: yaml.Node, name: str, convert: Callable[[str], T]) -> T:
        if not isinstance(node, yaml.ScalarNode):
            self.wrong(node, f"{name} is {_kind_of(node)}; write one value")
            return cast(T, None)
        try:
            return convert(node.value)
        except ValueError as error:
            self.wrong(node, f"{name}: {error}")
            return cast(T, None)

    def ident(self, name: str, convert: Callable[[str], str]) -> str:
        """Read the entry's own key and note it; a second entry with the same key is a problem."""
        problems = len(self.reading.problems)
        value = self.scalar(name, convert)
        if len(self.reading.problems) > problems or name not in self._values:
            return value
        path = (*self.path[:-1], value)
        first = self.reading.lines.get(path)
        if first is not None:
            self.wrong(self._values[name], f"{self.what} {value!r} stands already on line {first}; keep one of them")
        else:
            self.reading.lines[path] = self.line
            self.path = path
        return value

    def values(self, name: str, convert: Callable[[str], T], *, required: bool = False) -> tuple[T, ...]:
        """Read a list of single values, without repeats."""
        found: dict[T, None] = {}
        for node in self._sequence(name, required=required):
            value = self._converted(node, name, convert)
            if value in found:
                self.wrong(node, f"{name} names {value!r} twice; keep one of them")
            elif value is not None:
                found[value] = None
                self.reading.lines[(*self.path, name, str(value))] = line_of(node)
        return tuple(found)

    def each(self, name: str, what: str, read: Callable[[Entry], T | None], *, required: bool = False) -> tuple[T, ...]:
        """Read a list of mappings with ``read``; entries with problems are left out."""
        found: list[T] = []
        for place, node in enumerate(self._sequence(name, required=required)):
            entry = Entry(self.reading, node, (*self.path, name, place), what)
            value = read(entry)
            if value is None:
                self.broken = True
            else:
                found.append(value)
        return tuple(found)

    def child(self, name: str, what: str, read: Callable[[Entry], T | None]) -> T:
        """Read one mapping that must be there."""
        node = self.node(name)
        if node is None:
            self._missing(name, f"add '{name}: ...'")
            return cast(T, None)
        value = read(Entry(self.reading, node, (*self.path, name), what))
        self.broken = self.broken or value is None
        return cast(T, value)

    def free(self, name: str, convert: Callable[[dict[str, object]], T]) -> T | None:
        """Read a mapping of any shape, None when it is not mentioned; ``convert`` raises ``InvalidInput``."""
        node = self.node(name)
        if node is None:
            return None
        if not isinstance(node, yaml.MappingNode):
            self.wrong(node, f"{name} is {_kind_of(node)}; write it as 'key: value' lines")
            return None
        try:
            return convert(cast(dict[str, object], _free(node)))
        except InvalidInput as error:
            self.wrong(node, f"{name}: {error}")
            return None

    def _sequence(self, name: str, *, required: bool) -> list[yaml.Node]:
        node = self.node(name)
        if node is None or (isinstance(node, yaml.SequenceNode) and not node.value):
            if required:
                self._missing(name, "list at least one")
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.wrong(node, f"{name} is {_kind_of(node)}; write a list, each line beginning with '- '")
            return []
        return list(node.value)

    def finished(self, make: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Report the keys nobody asked for, then build the value, or None if anything was wrong."""
        unknown: Mapping[str, yaml.Node] = {name: key for name, key in self._keys.items() if name not in self._asked}
        for name, key in unknown.items():
            close = get_close_matches(name, self._asked, n=1)
            advice = f"did you mean '{close[0]}'?" if close else f"known are {', '.join(self._asked)}"
            self.wrong(key, f"{self.what} has no key '{name}'; {advice}")
        return None if self.broken else make(*args, **kwargs)


def _free(node: yaml.Node) -> object:
    """Text as it stands, lists and mappings of it, true and false."""
    if isinstance(node, yaml.MappingNode):
        return {key.value if isinstance(key, yaml.ScalarNode) else "": _free(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_free(value) for value in node.value]
    if node.tag == "tag:yaml.org,2002:bool" and str(node.value).lower() in {"true", "false"}:
        return str(node.value).lower() == "true"
    return None if node.tag == _NULL else str(node.value)


def line_of(node: yaml.Node) -> int:
    """Give the line a node starts on, counted from 1."""
    return int(node.start_mark.line) + 1


def _kind_of(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    return "empty" if node.tag == _NULL else "a single value"
