"""The one page that joins the rooms: which facts have which reactions, who answers which port, what the engine loops.

Read it to know what follows from what. A reaction runs once for each fact, in a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from tocsin.accounts.queries import JournalReaders
from tocsin.alerts import actions as alerts
from tocsin.alerts import digest
from tocsin.alerts import subscribers as alerts_subscribers
from tocsin.alerts.intake.commit import CHANNEL as INTAKE_CHANNEL
from tocsin.channels import ports as channels_ports
from tocsin.channels.sending import Sender
from tocsin.core import clock
from tocsin.core.config import Config
from tocsin.core.queue import Handler, Worker
from tocsin.core.queue.defer import CHANNEL as QUEUE_CHANNEL
from tocsin.gateways.opsgenie import jobs as opsgenie
from tocsin.incidents import audit as calls_audit
from tocsin.incidents import subscribers as incidents
from tocsin.incidents.rules import INCIDENT
from tocsin.items import ports as items_ports
from tocsin.journal import ports as journal_ports
from tocsin.journal import queries as journal
from tocsin.journal.facts import Stored
from tocsin.main import disk, upkeep, words
from tocsin.main.loops import Loop
from tocsin.paging import audit as paging_audit
from tocsin.paging import queries as pages
from tocsin.paging import subscribers as paging
from tocsin.paging import ticker

Reaction = Callable[[Stored], None]

REACTIONS: Mapping[str, tuple[tuple[str, Reaction], ...]] = {
    "alerts.alerts_closed": (("react.alerts.alerts_closed", alerts_subscribers.on_alerts_closed),),
    "alerts.group_needs_people": (("react.incidents.group_needs_people", incidents.on_group_needs_people),),
    "alerts.group_cause_moved": (("react.incidents.group_cause_moved", incidents.on_group_cause_moved),),
    "alerts.group_cause_confirmed": (("react.incidents.group_cause_judged", incidents.on_group_cause_judged),),
    "alerts.group_cause_rejected": (("react.incidents.group_cause_judged", incidents.on_group_cause_judged),),
    "alerts.group_verdict_withdrawn": (("react.incidents.group_cause_judged", incidents.on_group_cause_judged),),
    "alerts.group_worsened": (("react.incidents.group_worsened", incidents.on_group_worsened),),
    "alerts.group_closed": (("react.incidents.group_closed", incidents.on_group_closed),),
    "alerts.groups_merged": (("react.incidents.groups_merged", incidents.on_groups_merged),),
    "paging.page_step_taken": (("react.incidents.page_step_taken", incidents.on_page_step_taken),),
    "paging.page_acknowledged": (("react.incidents.page_acknowledged", incidents.on_page_acknowledged),),
    "channels.delivery_failed": (("react.paging.delivery_failed", paging.on_delivery_failed),),
    "channels.delivery_dropped": (("react.paging.delivery_dropped", paging.on_delivery_dropped),),
}
"""Kind of fact -> its reactions, each with the name its queue rows carry."""


def plug() -> None:
    """Tell the rooms who answers what they ask upward. Called once, after Django is set up."""
    journal_ports.plug_reactions({kind: tuple(name for name, _ in pairs) for kind, pairs in REACTIONS.items()})
    words.plug()
    journal_ports.plug_readers(JournalReaders())
    items_ports.plug_types([INCIDENT])
    channels_ports.plug_still_wanted({"paging.notification": pages.still_wanted})


def handlers() -> dict[str, Handler]:
    """What the queue runs, by kind of job."""
    reactions = {name: Handler(run=_reacting(reaction)) for pairs in REACTIONS.values() for name, reaction in pairs}
    return reactions | {"opsgenie.request": Handler(run=opsgenie.run)}


def _reacting(reaction: Reaction) -> Callable[[dict[str, Any]], None]:
    def run(payload: dict[str, Any]) -> None:
        reaction(journal.fact_by_id(payload["fact_id"]))

    return run


def loops(config: Config, node: str) -> tuple[Loop, ...]:
    """What the engine does, and how often it looks when nobody wakes it."""
    worker = Worker(handlers=handlers(), owner=node, lease_s=config.lease_s)
    sender = Sender(node, lease_s=config.lease_s)
    return (
        Loop(name="digest", work=digest.run_once, pause_s=0.5, wakes_on=INTAKE_CHANNEL),
        Loop(name="queue", work=worker.run_due, pause_s=0.5, wakes_on=QUEUE_CHANNEL),
        Loop(name="paging", work=ticker.run_due, pause_s=0.2),
        Loop(name="sending", work=sender.run_due, pause_s=0.1, end=sender.close),
        Loop(name="alert timers", work=_alert_timers, pause_s=1.0),
        Loop(name="audit", work=_audit, pause_s=15.0),
        Loop(name="partitions", work=_partitions, pause_s=600.0),
        Loop(name="disk", work=partial(disk.guard, config), pause_s=30.0),
    )


def _alert_timers() -> int:
    return alerts.wake_snoozed() + _miss() + alerts.note_drained_spools() + alerts.note_refusals()


def _miss() -> int:
    """While nobody listens, or nobody digests, a sender that is not heard breaks no promise."""
    since = upkeep.heard_since()
    return alerts.expire_due(heard_since=since) + alerts.miss_heartbeats(heard_since=since) if since else 0


def _audit() -> int:
    """Zero however many were put right: what is put right is due, and the ticker takes it."""
    now = clock.now()
    paging_audit.audit(now)
    calls_audit.audit(now)
    return 0


def _partitions() -> int:
    alerts.maintain_partitions()
    return 0
