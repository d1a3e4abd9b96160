"""What each fact of this room says, without who did it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, pgettext

from tocsin.alerts import facts
from tocsin.alerts.rules import CloseReason, Scope
from tocsin.alerts.rules.refusals import RefusalKind
from tocsin.journal.facts import Stored
from tocsin.ui.wording import local

NAMED_IN_A_SENTENCE = 10


def _at(text: str) -> str:
    moment = local(datetime.fromisoformat(text), timezone.get_current_timezone())
    return date_format(moment, pgettext("date format, see Django", "j M, H:i"))


def _opened(fact: Stored) -> str:
    count = len(fact.data["alerts"])
    said = ngettext("%(n)s alert of %(key)s opened.", "%(n)s alerts of %(key)s opened.", count)
    return said % {"n": count, "key": fact.data["integration"]}


def _closed(fact: Stored) -> str:
    count = len(fact.data["alerts"])
    if fact.data["why"] == CloseReason.EXPIRED:
        said = ngettext(
            "%(n)s alert of %(key)s expired: its sender stopped repeating it.",
            "%(n)s alerts of %(key)s expired: their sender stopped repeating them.",
            count,
        )
    else:
        said = ngettext("%(n)s alert of %(key)s is over.", "%(n)s alerts of %(key)s are over.", count)
    return said % {"n": count, "key": fact.data["integration"]}


def _acknowledged(fact: Stored) -> str:
    if fact.data["of_cause"]:
        return gettext("“%(title)s” acknowledged; it is of the cause, so the page was too.") % fact.data
    return gettext("“%(title)s” acknowledged.") % fact.data


def _amended(fact: Stored) -> str:
    words = {
        "title": gettext("the title"),
        "description": gettext("the description"),
        "severity": gettext("the severity"),
    }
    what = ", ".join(words.get(name, name) for name in fact.data["changed"])
    return gettext("“%(title)s”: %(what)s changed.") % (fact.data | {"what": what})


def _tagged(fact: Stored) -> str:
    return _added_and_removed(
        fact, gettext("“%(title)s”: tags added: %(names)s."), gettext("“%(title)s”: tags taken away: %(names)s.")
    )


def _relabelled(fact: Stored) -> str:
    return _added_and_removed(
        fact, gettext("“%(title)s”: labels set: %(names)s."), gettext("“%(title)s”: labels taken away: %(names)s.")
    )


def _added_and_removed(fact: Stored, added: str, removed: str) -> str:
    said = [
        words % {"title": fact.data["title"], "names": ", ".join(names)}
        for words, names in ((added, fact.data["added"]), (removed, fact.data["removed"]))
        if names
    ]
    return " ".join(said)


def _assigned(fact: Stored) -> str:
    if fact.data["owner"]:
        return gettext("“%(title)s” assigned.") % fact.data
    return gettext("“%(title)s” is nobody’s any more.") % fact.data


def _responder_added(fact: Stored) -> str:
    if fact.data["team"]:
        return gettext("%(team)s asked to help with “%(title)s”.") % fact.data
    return gettext("Somebody asked to help with “%(title)s”.") % fact.data


def _group_opened(fact: Stored) -> str:
    alerts = fact.data["alerts"]
    said = ngettext(
        "A failure of %(cause)s seen in %(n)s alert.", "A failure of %(cause)s seen in %(n)s alerts.", alerts
    )
    return said % {"n": alerts, "cause": fact.data["cause"]}


def _rejected(fact: Stored) -> str:
    if fact.data["cause"] == fact.data["rejected"]:
        return gettext("It is not %(rejected)s, and nothing else is suspected.") % fact.data
    return gettext("It is not %(rejected)s; %(cause)s is suspected now.") % fact.data


def _merged(fact: Stored) -> str:
    alerts = fact.data["alerts"]
    said = ngettext(
        "Another group turned out to be the same failure: %(n)s alert joined.",
        "Another group turned out to be the same failure: %(n)s alerts joined.",
        alerts,
    )
    return said % {"n": alerts}


def _split(fact: Stored) -> str:
    alerts = fact.data["alerts"]
    if fact.data["into"]:
        said = ngettext(
            "%(n)s alert left for a group of its own.", "%(n)s alerts left for a group of their own.", alerts
        )
    else:
        said = ngettext("%(n)s alert left and stands alone.", "%(n)s alerts left and stand alone.", alerts)
    return said % {"n": alerts}


def _drained(fact: Stored) -> str:
    events = fact.data["events"]
    told = ngettext(
        "%(events)s delivery kept by %(node)s while the database was away, since %(since)s, is here.",
        "%(events)s deliveries kept by %(node)s while the database was away, since %(since)s, are here.",
        events,
    )
    return told % (fact.data | {"since": _at(fact.data["since"])})


def _refusal(kind: str) -> str:
    """Why the intake refuses, within a sentence."""
    words: dict[str, str] = {
        RefusalKind.QUEUE_FULL: gettext("more came in than can be stored at once"),
        RefusalKind.SPOOL_FULL: gettext("the database is away and the spool is full"),
        RefusalKind.DISK_FAILED: gettext("the database is away and the disk takes nothing"),
        RefusalKind.NOT_STORED: gettext("they could not be stored"),
        RefusalKind.DISK_FULL: gettext("the database's disk is nearly full"),
        RefusalKind.PUT_ASIDE: gettext("acknowledged, and then put aside by the spool"),
    }
    return words.get(kind, kind)


def _refusing(fact: Stored) -> str:
    if fact.data["refusal"] == RefusalKind.FLOOD:
        return gettext("A flood: %(integration)s has too many alerts open, and new ones are held back.") % fact.data
    if fact.data["refusal"] == RefusalKind.PUT_ASIDE:
        return gettext("Acknowledged alerts could not be brought in from the spool: %(integration)s.") % fact.data
    params = {"integration": fact.data["integration"], "why": _refusal(fact.data["refusal"])}
    return gettext("Deliveries of %(integration)s are refused: %(why)s.") % params


def _refused(fact: Stored) -> str:
    if fact.data["refusal"] == RefusalKind.FLOOD:
        held = ngettext(
            "The flood of %(integration)s is over; %(count)s delivery was held back since %(since)s.",
            "The flood of %(integration)s is over; %(count)s deliveries were held back since %(since)s.",
            fact.data["count"],
        )
        return held % (fact.data | {"since": _at(fact.data["since"])})
    told = ngettext(
        "%(count)s delivery of %(integration)s was refused since %(since)s: %(why)s.",
        "%(count)s deliveries of %(integration)s were refused since %(since)s: %(why)s.",
        fact.data["count"],
    )
    return told % (fact.data | {"since": _at(fact.data["since"]), "why": _refusal(fact.data["refusal"])})


def _silence(fact: Stored) -> str:
    params = {"key": fact.data["key"], "until": _at(fact.data["ends_at"])}
    if fact.data["created"]:
        return gettext("Silence %(key)s added, until %(until)s.") % params
    return gettext("Silence %(key)s changed, until %(until)s.") % params


def _maintenance(fact: Stored) -> str:
    return f"{_planned(fact)} {_covering(fact)}".rstrip()


def _covering(fact: Stored) -> str:
    """What a window names and matches; nothing of facts that did not tell yet."""
    scope, matchers = Scope.of(fact.data["scope"]), fact.data.get("matchers", ())
    named = [*scope.services, *([gettext("all that depends on them")] if scope.dependents else [])]
    named += [gettext("team %(key)s") % {"key": key} for key in scope.teams]
    named += [gettext("integration %(key)s") % {"key": key} for key in scope.integrations]
    named += [f"{each['label']}{each['op']}{each['value']}" for each in matchers]
    if not named:
        return ""
    said, left = ", ".join(named[:NAMED_IN_A_SENTENCE]), len(named) - NAMED_IN_A_SENTENCE
    if left > 0:
        return gettext("It covers: %(what)s and %(n)s more.") % {"what": said, "n": left}
    return gettext("It covers: %(what)s.") % {"what": said}


def _planned(fact: Stored) -> str:
    data, since = fact.data, _at(fact.data["starts_at"])
    params = {"key": data["key"], "from": since, "until": _at(data["ends_at"]) if data["ends_at"] else ""}
    if data["created"] and data["ends_at"]:
        return gettext("Maintenance %(key)s planned from %(from)s until %(until)s.") % params
    if data["created"]:
        return gettext("Maintenance %(key)s planned from %(from)s on, until it is ended.") % params
    if data["ends_at"]:
        return gettext("Maintenance %(key)s changed: from %(from)s until %(until)s.") % params
    return gettext("Maintenance %(key)s changed: from %(from)s on, until it is ended.") % params


def _prolonged(fact: Stored) -> str:
    if not fact.data["until"]:
        return gettext("Maintenance %(key)s lasts until it is ended.") % fact.data
    return gettext("Maintenance %(key)s lasts until %(until)s now.") % (fact.data | {"until": _at(fact.data["until"])})


def _maintenance_ended(fact: Stored) -> str:
    if fact.data["cancelled"]:
        return gettext("Maintenance %(key)s cancelled before it began.") % fact.data
    return gettext("Maintenance %(key)s ended.") % fact.data


def _heartbeat(fact: Stored) -> str:
    params = {"name": fact.data["name"], "fields": ", ".join(fact.data["changed"])}
    if fact.data["created"]:
        return gettext("Heartbeat %(name)s added.") % params
    return gettext("Heartbeat %(name)s changed: %(fields)s.") % params


def _integration(fact: Stored) -> str:
    params = {"key": fact.data["key"], "fields": ", ".join(fact.data["changed"])}
    if fact.data["created"]:
        return gettext("Integration %(key)s added.") % params
    return gettext("Integration %(key)s changed: %(fields)s.") % params


FACTS: Mapping[str, Callable[[Stored], str]] = {
    facts.AlertsOpened.kind: _opened,
    facts.AlertsClosed.kind: _closed,
    facts.AlertAcknowledged.kind: _acknowledged,
    facts.AlertUnacknowledged.kind: lambda fact: gettext("“%(title)s” is open again.") % fact.data,
    facts.AlertSnoozed.kind: lambda fact: (
        gettext("“%(title)s” snoozed until %(until)s.") % (fact.data | {"until": _at(fact.data["until"])})
    ),
    facts.AlertWoken.kind: lambda fact: gettext("The snooze of “%(title)s” ran out, and it still fires.") % fact.data,
    facts.AlertClosedByHand.kind: lambda fact: gettext("“%(title)s” closed by hand.") % fact.data,
    facts.AlertReopened.kind: lambda fact: gettext("“%(title)s” reopened.") % fact.data,
    facts.AlertAmended.kind: _amended,
    facts.AlertTagged.kind: _tagged,
    facts.AlertRelabelled.kind: _relabelled,
    facts.AlertNoted.kind: lambda fact: gettext("A note on “%(title)s”.") % fact.data,
    facts.AlertAssigned.kind: _assigned,
    facts.AlertResponderAdded.kind: _responder_added,
    facts.AlertEscalated.kind: lambda fact: gettext("“%(title)s” escalated by the policy %(policy)s.") % fact.data,
    facts.AlertActionAsked.kind: lambda fact: gettext("“%(title)s”: the action %(action)s asked for.") % fact.data,
    facts.AlertAttached.kind: lambda fact: gettext("“%(title)s”: the file %(name)s attached.") % fact.data,
    facts.AlertDetached.kind: lambda fact: gettext("“%(title)s”: the file %(name)s taken away.") % fact.data,
    facts.AlertDeleted.kind: lambda fact: gettext("“%(title)s” deleted.") % fact.data,
    facts.GroupOpened.kind: _group_opened,
    facts.GroupNeedsPeople.kind: lambda fact: gettext("The failure of %(cause)s needs people.") % fact.data,
    facts.GroupCauseMoved.kind: lambda fact: (
        gettext("The cause is now thought to be %(after)s instead of %(before)s.") % fact.data
    ),
    facts.GroupCauseConfirmed.kind: lambda fact: gettext("%(cause)s confirmed as the cause.") % fact.data,
    facts.GroupCauseRejected.kind: _rejected,
    facts.GroupVerdictWithdrawn.kind: lambda fact: (
        gettext("What was said of the cause is taken back; %(cause)s is suspected.") % fact.data
    ),
    facts.GroupWorsened.kind: lambda fact: gettext("Worse than before: severity %(after)s.") % fact.data,
    facts.GroupClosed.kind: lambda fact: gettext("The failure of %(cause)s is over.") % fact.data,
    facts.GroupsMerged.kind: _merged,
    facts.GroupSplit.kind: _split,
    facts.SilenceSaved.kind: _silence,
    facts.SilenceEnded.kind: lambda fact: gettext("Silence %(key)s ended.") % fact.data,
    facts.MaintenanceSaved.kind: _maintenance,
    facts.MaintenanceProlonged.kind: _prolonged,
    facts.MaintenanceEnded.kind: _maintenance_ended,
    facts.MaintenanceRemoved.kind: lambda fact: gettext("Maintenance %(key)s removed from the lists.") % fact.data,
    facts.HeartbeatSaved.kind: _heartbeat,
    facts.HeartbeatRemoved.kind: lambda fact: gettext("Heartbeat %(name)s removed.") % fact.data,
    facts.HeartbeatMissed.kind: lambda fact: (
        gettext("Heartbeat %(name)s was not heard for %(interval_s)s s.") % fact.data
    ),
    facts.HeartbeatReturned.kind: lambda fact: gettext("Heartbeat %(name)s is heard again.") % fact.data,
    facts.SpoolDrained.kind: _drained,
    facts.RefusingBegan.kind: _refusing,
    facts.RefusingEnded.kind: _refused,
    facts.IntegrationSaved.kind: _integration,
    facts.IntegrationRemoved.kind: lambda fact: gettext("Integration %(key)s removed.") % fact.data,
}
