"""Every read of this room, for an actor."""

from tocsin.incidents.queries.clock import Pace, paces
from tocsin.incidents.queries.lists import (
    IncidentFilter,
    IncidentRow,
    Who,
    incident_by_key,
    incident_by_uuid,
    incidents,
    open_incidents,
)
from tocsin.incidents.queries.refs import KIND, incident_ref
from tocsin.incidents.queries.screen import (
    CausePanel,
    CausePart,
    HeadPart,
    IncidentScreen,
    Responders,
    StormPart,
    cause_part,
    head_part,
    incident_screen,
    incident_timeline,
    responders_of,
    responders_part,
    storm_part,
    summary,
)
from tocsin.incidents.queries.timeline import TimelineEntry

__all__ = [
    "KIND",
    "CausePanel",
    "CausePart",
    "HeadPart",
    "IncidentFilter",
    "IncidentRow",
    "IncidentScreen",
    "Pace",
    "Responders",
    "StormPart",
    "TimelineEntry",
    "Who",
    "cause_part",
    "head_part",
    "incident_by_key",
    "incident_by_uuid",
    "incident_ref",
    "incident_screen",
    "incident_timeline",
    "incidents",
    "open_incidents",
    "paces",
    "responders_of",
    "responders_part",
    "storm_part",
    "summary",
]
