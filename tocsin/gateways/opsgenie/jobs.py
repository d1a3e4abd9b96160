"""Doing what was promised to Opsgenie's clients."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from tocsin.accounts.queries import actor_for_key
from tocsin.alerts.queries import alert_named
from tocsin.core.errors import Forbidden
from tocsin.gateways.actions import fulfil
from tocsin.gateways.opsgenie import incident_writes
from tocsin.gateways.opsgenie.bodies import Write
from tocsin.gateways.opsgenie.incident_writes import INCIDENT_WRITES
from tocsin.gateways.opsgenie.writes import WRITES

if TYPE_CHECKING:
    from tocsin.gateways.models import Request


def run(payload: dict[str, Any]) -> None:
    """`opsgenie.request`: do one write, after everything it may be about is known."""
    fulfil(UUID(payload["request"]), _do)


def _do(asked: Request) -> str:
    key = actor_for_key(str(asked.key))
    if key is None:
        raise Forbidden("The key was revoked before this was done.")
    if asked.operation in INCIDENT_WRITES:
        return incident_writes.do(asked, key)
    write = msgspec.convert(asked.body, Write)
    actor = replace(key, label=write.user) if write.user else key
    alert = alert_named(actor, asked.identifier, asked.identifier_kind)
    asked.alert, asked.alias = alert.uuid, alert.fingerprint
    return WRITES[asked.operation](alert, write, actor)
