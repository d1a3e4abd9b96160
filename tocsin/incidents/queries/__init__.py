"""Every read of this room, for an actor."""

from tocsin.incidents.queries.clock import Pace, paces
from tocsin.incidents.queries.lists import (
    IncidentFilter,
    IncidentRow,
    Who,
    incident_by_key,
    incidents,
    open_incidents,
)
from tocsin.incidents.queries.refs import KIND, incident_ref
from tocsin.incidents.queries.screen import (
    CausePanel,
    IncidentScreen,
    Responders,
    incident_screen,
    incident_timeline,
    summary,
)
from tocsin.incidents.queries.timeline import TimelineEntry

__all__ = [
    "KIND",
    "CausePanel",
    "IncidentFilter",
    "IncidentRow",
    "IncidentScreen",
    "Pace",
    "Responders",
    "TimelineEntry",
    "Who",
    "incident_by_key",
    "incident_ref",
    "incident_screen",
    "incident_timeline",
    "incidents",
    "open_incidents",
    "paces",
    "summary",
]
