"""The words of this room's values and facts, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext, ngettext, pgettext

from tocsin.assets.facts import DependenciesSaved, MapImported, ServiceRemoved, ServiceSaved, ServiceSeen
from tocsin.journal.facts import Stored


def kind_word(kind: str) -> str:
    """What sort of thing a service is; kinds of somebody's own making are shown as they wrote them."""
    return {
        "service": pgettext("kind of service", "Service"),
        "host": pgettext("kind of service", "Host"),
        "switch": pgettext("kind of service", "Switch"),
        "database": pgettext("kind of service", "Database"),
        "gateway": pgettext("kind of service", "Gateway"),
        "external": pgettext("kind of service", "External"),
    }.get(kind, kind)


def tier_word(tier: int) -> str:
    """Tier 1 matters most."""
    return gettext("Tier %(n)s") % {"n": tier}


def source_word(source: str) -> str:
    """How something is known."""
    return {
        "given": pgettext("how it is known", "Given"),
        "seen": pgettext("how it is known", "Seen in alerts"),
    }.get(source, source)


def _saved(fact: Stored) -> str:
    params = {"key": fact.data["key"], "fields": ", ".join(fact.data["changed"])}
    if fact.data["created"]:
        return gettext("Service %(key)s added.") % params
    return gettext("Service %(key)s changed: %(fields)s.") % params


def _dependencies(fact: Stored) -> str:
    params = {"key": fact.data["key"]}
    said = [gettext("Dependencies of %(key)s changed.") % params]
    if fact.data["added"]:
        said.append(gettext("Added: %(names)s.") % {"names": ", ".join(fact.data["added"])})
    if fact.data["removed"]:
        said.append(gettext("Removed: %(names)s.") % {"names": ", ".join(fact.data["removed"])})
    return " ".join(said)


def _imported(fact: Stored) -> str:
    services, needs = fact.data["services"], fact.data["dependencies"]
    params = {
        "monitor": {"icinga2": "Icinga 2", "nagios": "Nagios"}.get(fact.data["monitor"], fact.data["monitor"]),
        "services": ngettext("%(n)s service", "%(n)s services", services) % {"n": services},
        "dependencies": ngettext("%(n)s dependency", "%(n)s dependencies", needs) % {"n": needs},
    }
    return gettext("Imported from %(monitor)s: %(services)s, %(dependencies)s.") % params


FACTS: Mapping[str, Callable[[Stored], str]] = {
    ServiceSaved.kind: _saved,
    ServiceRemoved.kind: lambda fact: gettext("Service %(key)s removed.") % fact.data,
    ServiceSeen.kind: lambda fact: gettext("Service %(key)s was seen in an alert for the first time.") % fact.data,
    DependenciesSaved.kind: _dependencies,
    MapImported.kind: _imported,
}
"""What each kind of fact says, without who did it."""
