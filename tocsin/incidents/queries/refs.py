"""How the other rooms name an incident."""

from __future__ import annotations

from uuid import UUID

from tocsin.core.refs import Ref

KIND = "incidents.incident"


def incident_ref(uuid: UUID) -> Ref:
    """The Ref of the incident whose item has this UUID: of its pages, its groups and its facts."""
    return Ref(KIND, uuid)
