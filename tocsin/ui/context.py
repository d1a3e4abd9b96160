"""The context processor of every screen: who reads, in which theme and language, and when that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.template import Context
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from tocsin.core import clock
from tocsin.ui import wording
from tocsin.ui.nav import Navigation, navigation

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "tocsin-theme"
MOMENT = "tocsin.now"  # where a request keeps its moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """What the base templates draw around a screen. `person` is None when nobody is signed in."""

    person: Any
    navigation: Navigation
    current_url: str
    theme: str
    language: str
    languages: tuple[tuple[str, str], ...]
    words: dict[str, str]


def theme_of(request: HttpRequest) -> str:
    """The address decides (a wall may ask for ?theme=dark), then this browser, then the person, then the system."""
    person = getattr(request, "user", None)
    wishes = (request.GET.get("theme"), request.COOKIES.get(THEME_COOKIE), getattr(person, "theme", None))
    return next((wish for wish in wishes if wish in THEMES), "auto")


def moment(request: HttpRequest) -> datetime:
    """The moment this answer speaks of: read once for each request, however many clocks the screen shows."""
    known: datetime = request.META.get(MOMENT) or clock.now()
    request.META[MOMENT] = known
    return known


def moment_of(context: Context) -> datetime:
    """The moment a template speaks of: its `now`, a value or the request's; without either, the clock's."""
    known: Any = context.get("now", clock.now)
    answer: datetime = known() if callable(known) else known
    return answer


def page_path(request: HttpRequest) -> str:
    """The path of the screen the reader looks at, also when only a fragment of it is asked for."""
    shown = request.headers.get("HX-Current-URL", "")
    return urlsplit(shown).path if shown else request.path


def shell(request: HttpRequest) -> dict[str, Any]:
    """`shell` and `now`, both made when a template first uses them: a fragment does not pay for the rail."""
    return {
        "shell": SimpleLazyObject(lambda: _shell(request)),
        "now": partial(moment, request),
    }


def _shell(request: HttpRequest) -> Shell:
    user = getattr(request, "user", None)
    links = navigation(request)
    return Shell(
        person=user if user is not None and user.is_authenticated else None,
        navigation=links,
        current_url=links.current(page_path(request)),
        theme=theme_of(request),
        language=get_language() or settings.LANGUAGE_CODE,
        languages=tuple(settings.LANGUAGES),
        words=wording.script_words(),
    )
