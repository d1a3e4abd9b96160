"""What the rail offers: the screens there are, with how much waits behind each."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext, pgettext

from tocsin.accounts import actions
from tocsin.accounts.requests import actor_of, may_they
from tocsin.accounts.rules import Verb
from tocsin.alerts.queries import Late, Left, inbox_counts, low_disks, on_disks
from tocsin.alerts.rules.disk import DiskState
from tocsin.core import clock as moments
from tocsin.incidents.queries import open_incidents
from tocsin.main.queries import harm
from tocsin.ui import wording
from tocsin.ui.nav import Alarm, Group, Link, Navigation


def navigation(request: HttpRequest) -> Navigation:
    """The rail for one reader; nothing but the way in for whoever has not signed in."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return Navigation(sign_in_url=reverse("accounts:sign-in"))
    return Navigation(
        groups=(_now(request), _know(), _set_up(request)),
        search_url=reverse("search"),
        sign_in_url=reverse("accounts:sign-in"),
        sign_out_url=reverse("accounts:sign-out"),
        live_topics=("alerts", "incidents"),
        alarms=_alarms(request),
    )


def _alarms(request: HttpRequest) -> tuple[Alarm, ...]:
    """What harms the promise to wake somebody, for whoever may see how the installation does; that alerts come in late,
    for everybody."""
    harmful = _harm() if may_they(request, Verb.VIEW) else None
    full = _full_disk() if may_they(request, Verb.VIEW) else None
    late, left = on_disks()
    gone = _left(left) if may_they(request, Verb.VIEW) else None
    return tuple(alarm for alarm in (harmful, full, _late(request, late), gone) if alarm is not None)


def _harm() -> Alarm | None:
    found = harm()
    if found.no_engine:
        return Alarm(text=gettext("No engine is at work: nobody is being paged."), url=reverse("condition"))
    if found.jobs_given_up:
        said = ngettext(
            "%(n)s reaction was given up: somebody may not have been told.",
            "%(n)s reactions were given up: somebody may not have been told.",
            found.jobs_given_up,
        )
        return Alarm(text=said % {"n": found.jobs_given_up}, url=reverse("condition"))
    return None


def _full_disk() -> Alarm | None:
    """The fullest disk of those that are nearly full."""
    for disk in low_disks()[:1]:
        says = {
            DiskState.LOW: gettext("The disk of %(node)s is %(percent)s %% full."),
            DiskState.SHORT: gettext("The disk of %(node)s is %(percent)s %% full: the event log is kept for less."),
            DiskState.FULL: gettext("The disk of %(node)s is %(percent)s %% full: lesser alerts are being refused."),
        }
        tone = "bad" if disk.state is DiskState.FULL else "warn"
        figures = {"node": disk.node, "percent": "?" if disk.percent is None else disk.percent}
        return Alarm(text=says[disk.state] % figures, url=reverse("condition"), tone=tone)
    return None


def _late(request: HttpRequest, found: Late | None) -> Alarm | None:
    if found is None:
        return None
    said = ngettext(
        "Alerts come in late: the database was away, and %(n)s delivery since %(since)s is still on a node's disk.",
        "Alerts come in late: the database was away, and %(n)s deliveries since %(since)s are still on a node's disk.",
        found.waiting,
    )
    since = wording.clock(found.since, moments.now(), timezone.get_current_timezone())
    text = said % {"n": wording.number(found.waiting, get_language() or "en"), "since": since}
    return Alarm(text=text, url=reverse("condition") if may_they(request, Verb.VIEW) else "", tone="warn")


def _left(nodes: Sequence[Left]) -> Alarm | None:
    """The node that has been gone the longest of those with deliveries on their disks."""
    for found in nodes[:1]:
        said = ngettext(
            "%(node)s has not been seen since %(since)s; %(n)s delivery on its disk comes in when it is back.",
            "%(node)s has not been seen since %(since)s; %(n)s deliveries on its disk come in when it is back.",
            found.waiting,
        )
        since = wording.clock(found.seen_at, moments.now(), timezone.get_current_timezone())
        n = wording.number(found.waiting, get_language() or "en")
        return Alarm(text=said % {"node": found.node, "n": n, "since": since}, url=reverse("condition"), tone="warn")
    return None


def _now(request: HttpRequest) -> Group:
    actor = actor_of(request)
    waiting = inbox_counts(actor)
    links = (
        _link(gettext("Alerts"), "alerts:inbox", "alert", "a", count=waiting["groups"] + waiting["alerts"]),
        _link(gettext("Incidents"), "incidents:list", "incident", "i", count=open_incidents(actor)),
        _link(gettext("On call"), "oncall:now", "on-call", "o"),
    )
    return Group(label=pgettext("part of the rail", "Now"), links=links)


def _know() -> Group:
    links = (
        _link(gettext("Services"), "assets:services", "service", "s", is_tab=False),
        _link(gettext("Changes"), "deployments:changes", "change", "d", is_tab=False),
        _link(gettext("Journal"), "journal:facts", "journal", "l", is_tab=False),
    )
    return Group(label=pgettext("part of the rail", "Know"), links=links)


def _set_up(request: HttpRequest) -> Group:
    links = [
        _link(gettext("Connect"), "alerts-connect:list", "link", "c", is_tab=False),
        _link(gettext("Heartbeats"), "heartbeats:list", "clock", "b", is_tab=False),
        _link(gettext("Escalation"), "paging:policies", "broadcast", "e", is_tab=False),
        _link(gettext("My contacts"), "channels:contacts", "message", "y", is_tab=False),
        _link(gettext("People"), "accounts:people", "person", "p", is_tab=False),
        _link(gettext("Keys"), "accounts:keys", "key", "k", is_tab=False),
    ]
    if may_they(request, Verb.VIEW):
        links.append(_link(gettext("System health"), "condition", "clock", "h", is_tab=False))
    return Group(label=pgettext("part of the rail", "Set up"), links=tuple(links))


def _link(label: str, name: str, icon: str, go: str, *, count: int | None = None, is_tab: bool = True) -> Link:
    return Link(label=label, url=reverse(name), icon=icon, go=go, count=count, is_tab=is_tab)


def remember(request: HttpRequest, *, language: str = "", theme: str = "") -> None:
    """Keep with the person what they chose in the menu, so that their pages and other devices follow it."""
    person = request.user
    if not person.is_authenticated:
        return
    actions.set_preferences(
        person.id,
        language=language or person.language,
        zone=person.zone,
        theme=theme or person.theme,
        actor=actor_of(request),
    )
