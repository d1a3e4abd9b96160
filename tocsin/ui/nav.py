"""What the rail, the bottom tabs and the box at the top offer. The links are main's; this is only their shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One destination. `go` is the letter that follows G; `is_tab` puts it among the phone's bottom tabs."""

    label: str
    url: str
    icon: str
    count: int | None = None
    go: str = ""
    is_tab: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Links under one heading."""

    label: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something about the installation itself that whoever looks must know, and where it is explained.

    `tone` is that of a notice: "bad", or "warn" for what mends itself.
    """

    text: str
    url: str
    tone: str = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Navigation:
    """The whole shell for one reader.

    `live_topics` are the topics on which the counts are fetched again; `note` stands under the reader's name, such as
    "On call until 09:00"; `search_url` is where the box leads without scripts.
    """

    groups: tuple[Group, ...] = ()
    home_url: str = "/"
    search_url: str = ""
    sign_in_url: str = ""
    sign_out_url: str = ""
    live_topics: tuple[str, ...] = ()
    note: str = ""
    alarms: tuple[Alarm, ...] = ()
    tabs: tuple[Link, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        tabs = tuple(link for group in self.groups for link in group.links if link.is_tab)
        object.__setattr__(self, "tabs", tabs)

    def current(self, path: str) -> str:
        """The address of the link the path belongs to: the longest that starts it."""
        urls = [link.url for group in self.groups for link in group.links]
        inside = [url for url in urls if path == url or path.startswith(url.rstrip("/") + "/")]
        return max(inside, key=len, default="")


def navigation(request: HttpRequest) -> Navigation:
    """Ask `settings.UI_NAVIGATION` (a dotted path to a function of the request); nothing set, nothing shown."""
    provider: str | Callable[[HttpRequest], Navigation] | None = getattr(settings, "UI_NAVIGATION", None)
    if provider is None:
        return Navigation()
    function: Any = import_string(provider) if isinstance(provider, str) else provider
    answer: Navigation = function(request)
    return answer
