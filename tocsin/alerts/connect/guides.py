"""How a sender of each kind is configured, as text to copy: the sources' guides with address and key filled in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from string import Template
from urllib.parse import urlsplit

from django.utils.translation import gettext

from tocsin.alerts.sources.registry import KINDS
from tocsin.alerts.sources.source import Guide

PLACEHOLDER = "YOUR-KEY"
"""Stands for the token, which is known only at the moment it is made."""


def kind_word(kind: str) -> str:
    """The format a sender speaks; its bare name when the adapter is not installed any more."""
    return gettext(KINDS.get(kind).label) if kind in KINDS else kind


def guides(kind: str, *, url: str, token: str, secrets: Sequence[str]) -> list[Guide]:
    """What to copy, the quickest first: a command that sends one alert, then the configuration of the real sender."""
    address = urlsplit(url)
    known = {
        "url": url,
        "scheme": address.scheme,
        "host": address.netloc,
        "token": token or PLACEHOLDER,
        "secret": secrets[0] if secrets else "",
    }
    return [
        replace(
            guide,
            title=gettext(guide.title),
            hint=gettext(guide.hint) if guide.hint else "",
            text=Template(guide.text).safe_substitute(known),
        )
        for guide in (KINDS.get(kind).guides if kind in KINDS else ())
    ]
