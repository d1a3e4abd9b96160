"""Single values of the company file: text in, typed value out, or ``ValueError`` with "what is wrong; what to do"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from tocsin.alerts.rules import heartbeats

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LANGUAGES = ("en", "pl")
ROLES = ("admin", "responder", "viewer", "guest")
SERVICE_KINDS = ("service", "switch", "host", "database", "queue", "gateway", "external")
SCOPES = ("integration", "read", "manage")
OPERATORS = ("=", "!=", "^=", "*=", "=~", "!~")

_zones = cache(available_timezones)
"""Finding the zones walks a folder: once a process is enough."""

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
_SERVICE_KEY = re.compile(r"[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]{0,198}")
_EMAIL = re.compile(
    r"[^@\s<>\"(),:;]+@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.IGNORECASE
)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,127}")


def slug(text: str) -> str:
    """Read a key: what stands in addresses and in other sections."""
    if not _SLUG.fullmatch(text):
        raise ValueError(f"{text!r} is no key; use 1 to 64 of a-z 0-9 . _ - and begin and end with a letter or digit")
    return text


def service_key(text: str) -> str:
    """Read a service's key, which is whatever its alerts call it."""
    if not _SERVICE_KEY.fullmatch(text) or text != text.strip():
        raise ValueError(
            f"{text!r} is no service key; use 1 to 199 printable characters, none of them at the edge blank"
        )
    return text


def words(text: str) -> str:
    """Read a name or a sentence of at most 200 characters."""
    if not text.strip() or len(text) > 200 or not text.isprintable():
        raise ValueError("this is empty, too long or not printable; use 1 to 200 characters on one line")
    return text.strip()


def email(text: str) -> str:
    """Read an e-mail address."""
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        raise ValueError(f"{text!r} is no e-mail address; write it as name@example.com")
    return text


def url(text: str) -> str:
    """Read an http or https address."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{text!r} is no web address; write it as https://host/path")
    return text


def zone(text: str) -> str:
    """Read an IANA zone."""
    known = _zones()
    if text not in known:
        close = get_close_matches(text, known, n=1)
        advice = f"did you mean {close[0]}?" if close else "use a name such as Europe/Warsaw"
        raise ValueError(f"{text!r} is no time zone; {advice}")
    return text


def one_of(known: Iterable[str]) -> Callable[[str], str]:
    """Read one word of a closed list."""
    choices = tuple(known)

    def convert(text: str) -> str:
        if text not in choices:
            close = get_close_matches(text, choices, n=1)
            advice = f"did you mean {close[0]}?" if close else f"use one of {', '.join(choices)}"
            raise ValueError(f"{text!r} is not known here; {advice}")
        return text

    return convert


def whole(least: int, most: int) -> Callable[[str], int]:
    """Read a whole number between two bounds, both allowed."""

    def convert(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text) or not least <= int(text) <= most:
            raise ValueError(f"{text!r} is out of range; use a whole number from {least} to {most}")
        return int(text)

    return convert


def clock_time(text: str) -> time:
    """Read a wall-clock time, HH:MM."""
    found = _CLOCK.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no time of day; write it as 09:00")
    return time(int(found[1]), int(found[2]))


def day(text: str) -> date:
    """Read a calendar date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date; write it as 2026-01-05") from None


def instant(text: str) -> datetime:
    """Read a moment with its offset from UTC; the value is in UTC."""
    try:
        stamp = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no moment; write it as 2026-01-05T09:00:00+01:00") from None
    if stamp.tzinfo is None:
        raise ValueError(f"{text!r} does not say in which zone; end it with Z for UTC or an offset such as +01:00")
    return stamp.astimezone(UTC)


def label(text: str) -> str:
    """Read the name of an alert's label."""
    if not _LABEL.fullmatch(text):
        raise ValueError(f"{text!r} is no label name; use letters, digits and _ . - and begin with a letter")
    return text


def anything(text: str) -> str:
    """Read any text of at most 2,000 characters."""
    if len(text) > 2000:
        raise ValueError("this is too long; use at most 2,000 characters")
    return text


def heartbeat(text: str) -> str:
    """Read the name of a heartbeat, which stands in the address of its ping."""
    if "/" in text:
        raise ValueError(f"{text!r} holds a slash; a heartbeat's name is one part of an address, so use another sign")
    if not heartbeats.is_name(text):
        raise ValueError(
            f"{text!r} is no name of a heartbeat; use 1 to {heartbeats.NAME_MOST} printable characters, none of them at"
            " the edge blank"
        )
    return text


def message(text: str) -> str:
    """Read what an alert says."""
    if not heartbeats.is_message(text.strip()):
        raise ValueError(f"this is empty, too long or not printable; use 1 to {heartbeats.MESSAGE_MOST} characters")
    return text.strip()


def tag(text: str) -> str:
    """Read a tag."""
    if not heartbeats.is_tag(text.strip()):
        raise ValueError(f"{text!r} is no tag; use at most {heartbeats.TAG_MOST} characters and no comma")
    return text.strip()


def truth(text: str) -> bool:
    """Read yes or no."""
    if text not in {"true", "false"}:
        raise ValueError(f"{text!r} is neither true nor false; write one of the two")
    return text == "true"
