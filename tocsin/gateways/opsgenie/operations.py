"""Opsgenie's Alert and Incident API: every operation and how it differs here. The reference page is made of this."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """`path` as Opsgenie writes it. `action` is what the status of its request calls it; empty for what only reads.

    `intake`: an integration's key is answered by the intake, which keeps it before it answers.
    """

    name: str
    method: str
    path: str
    action: str = ""
    intake: bool = False
    differs: str = ""


DIFFERENCES = """What speaks to Opsgenie's Alert API v2 speaks to Tocsin after a change of host and key; the same paths
are also served under `/jsm/ops/integration`. `Authorization: GenieKey KEY` takes an integration's key (its own alerts:
hand in, read, change), a manage key (read, change) or a read key, the latter two within their team.

Writes answer 202 and are done in the order in which a key asked for them, after everything that was stored before.
`GET /v2/alerts/requests/{requestId}` tells how each ended; a refusal is a 200 with `success: false` and its reason. A
request is held to Tocsin's limits (`message` 1,024 characters, 64 details of 1,024 each), which are wider than
Opsgenie's. Errors are 401, 403, 404, 405, 413, 422 and 503 in Opsgenie's envelope. What people change through this API
is recorded in the journal, stands on the alert's screen, and is not undone by what the sender repeats.

Queries: `status: open AND (priority: P1 OR tag: "db") AND NOT source: test*`. Fields: `alertId`, `tinyId`, `alias`,
`message`, `description`, `source`, `entity`, `status`, `priority`, `owner`, `acknowledgedBy`, `acknowledged`, `isSeen`,
`snoozed`, `teams`, `responders`, `tag`, `count`, `createdAt`, `lastOccurredAt`, `updatedAt` (as `lastOccurredAt`),
`snoozedUntil`, `closedAt`, `integration.id`, `integration.name`, `integration.type`, `details.key`, `details.value` and
`details.NAME`. `*` stands for anything, `null` for nothing, `< <= > >=` compare numbers and times (milliseconds since
1970, or `"dd-MM-yyyyTHH:mm"` in UTC). A word alone is looked for in the message, the description, the alias and the
tags. `closedBy` and `recipients` are known and find nothing.

The Incident API speaks of Tocsin's incidents, those that the engine opened too, with a read or manage key. A create
declares an incident on a service and pages its owner, then the teams and people named as responders; tags and details
are read back by this API and stand in the incident's timeline, with the note and the entry for the status page.

The Heartbeat API is served too, and the Maintenance API, with a read or manage key: a window planned here is one of
Tocsin's maintenance windows. Not from here: schedules, teams, users."""

ONE = "/v2/alerts/{identifier}"
SEARCHES = "/v2/alerts/saved-searches"

OPERATIONS = (
    Operation(
        name="create",
        method="POST",
        path="/v2/alerts",
        action="Create",
        intake=True,
        differs="Needs the key of an integration. A repeat is counted without an end (Opsgenie stops at 100), and takes"
        " over what has changed, but for what people changed. `responders`, `visibleTo` and `actions` are kept as"
        " labels: who is called follows from who owns the cause, and who may see it from the teams. A detail"
        " `occurred_at` is the sender's time.",
    ),
    Operation(
        name="list",
        method="GET",
        path="/v2/alerts",
        differs="`offset` up to 20,000. Sorted by `createdAt` is by number. `updatedAt` is when it last occurred, was"
        " acknowledged or was closed.",
    ),
    Operation(name="count", method="GET", path="/v2/alerts/count"),
    Operation(
        name="request_status",
        method="GET",
        path="/v2/alerts/requests/{requestId}",
        differs="Known for 14 days; 404 until it is done, and where an Idempotency-Key made it a repeat.",
    ),
    Operation(name="list_searches", method="GET", path=SEARCHES),
    Operation(name="create_search", method="POST", path=SEARCHES, differs="Everybody who may see alerts sees it."),
    Operation(name="get_search", method="GET", path=f"{SEARCHES}/{{identifier}}"),
    Operation(name="update_search", method="PATCH", path=f"{SEARCHES}/{{identifier}}"),
    Operation(name="delete_search", method="DELETE", path=f"{SEARCHES}/{{identifier}}"),
    Operation(
        name="acknowledge",
        method="POST",
        path=f"{ONE}/acknowledge",
        action="Acknowledge",
        intake=True,
        differs="On the alert of a cause it answers the page of the incident too.",
    ),
    Operation(name="close", method="POST", path=f"{ONE}/close", action="Close", intake=True),
    Operation(
        name="unacknowledge",
        method="POST",
        path=f"{ONE}/unacknowledge",
        action="UnAcknowledge",
        differs="Ends a snooze too.",
    ),
    Operation(name="snooze", method="POST", path=f"{ONE}/snooze", action="Snooze"),
    Operation(
        name="escalate",
        method="POST",
        path=f"{ONE}/escalate",
        action="EscalateToNext",
        differs="An escalation is a policy (its key is the id); its team is paged about the alert, and where it is"
        " already, the next step is taken at once.",
    ),
    Operation(
        name="assign",
        method="POST",
        path=f"{ONE}/assign",
        action="Assign",
        differs="A user is a person: `id`, or the login or e-mail address as `username`.",
    ),
    Operation(name="add_team", method="POST", path=f"{ONE}/teams", action="AddTeam", differs="The team is paged."),
    Operation(
        name="add_responder",
        method="POST",
        path=f"{ONE}/responders",
        action="AddResponder",
        differs="A team, a user, an escalation (a policy) or a schedule (a rotation): its people are paged.",
    ),
    Operation(name="list_notes", method="GET", path=f"{ONE}/notes"),
    Operation(name="add_note", method="POST", path=f"{ONE}/notes", action="AddNote"),
    Operation(name="add_tags", method="POST", path=f"{ONE}/tags", action="AddTags"),
    Operation(name="remove_tags", method="DELETE", path=f"{ONE}/tags", action="RemoveTags"),
    Operation(
        name="add_details", method="POST", path=f"{ONE}/details", action="AddDetails", differs="Details are labels."
    ),
    Operation(name="remove_details", method="DELETE", path=f"{ONE}/details", action="RemoveDetails"),
    Operation(
        name="run_action",
        method="POST",
        path=f"{ONE}/actions/{{actionName}}",
        action="ExecuteCustomAction",
        differs="Only an action that the alert was created with. It is recorded; whatever follows the journal acts.",
    ),
    Operation(name="update_message", method="PUT", path=f"{ONE}/message", action="UpdateMessage"),
    Operation(name="update_description", method="PUT", path=f"{ONE}/description", action="UpdateDescription"),
    Operation(name="update_priority", method="PUT", path=f"{ONE}/priority", action="UpdatePriority"),
    Operation(
        name="list_logs",
        method="GET",
        path=f"{ONE}/logs",
        differs="What the journal and the event log know, the latter for 14 days; the newest 1,000 of each.",
    ),
    Operation(
        name="list_recipients",
        method="GET",
        path=f"{ONE}/recipients",
        differs="Everybody paged about the alert or its incident, for keys that may see those pages.",
    ),
    Operation(name="list_attachments", method="GET", path=f"{ONE}/attachments"),
    Operation(
        name="add_attachment", method="POST", path=f"{ONE}/attachments", differs="Up to 4 MiB a file, 20 an alert."
    ),
    Operation(
        name="get_attachment",
        method="GET",
        path=f"{ONE}/attachments/{{attachmentId}}",
        differs="The `url` is of this server and wants the same key.",
    ),
    Operation(name="remove_attachment", method="DELETE", path=f"{ONE}/attachments/{{attachmentId}}"),
    Operation(name="get", method="GET", path=ONE),
    Operation(
        name="delete",
        method="DELETE",
        path=ONE,
        action="Delete",
        differs="The alert is closed and gone from this API. Its record stays: nothing machines said is destroyed.",
    ),
)
"""Most particular path first: an identifier may hold a slash."""

INCIDENTS = "/v1/incidents/"

INCIDENT_OPERATIONS = (
    Operation(
        name="create_incident",
        method="POST",
        path=f"{INCIDENTS}create",
        action="Create",
        differs="`serviceId` is a service's key or id. `message` has at most 200 characters. A responder is a team or a"
        " user. `notifyStakeholders` is taken and does nothing: the owner is paged, nobody else.",
    ),
    Operation(
        name="incident_request_status",
        method="GET",
        path=f"{INCIDENTS}requests/{{requestId}}",
        differs="Known for 14 days; 404 until it is done.",
    ),
    Operation(
        name="list_incidents",
        method="GET",
        path=INCIDENTS,
        differs="The query language of alerts; fields that incidents lack are empty. `offset` up to 20,000.",
    ),
    Operation(
        name="close_incident",
        method="POST",
        path=f"{INCIDENTS}{{identifier}}/close",
        action="Close",
        differs="Resolves it; its pages stop.",
    ),
    Operation(
        name="get_incident",
        method="GET",
        path=f"{INCIDENTS}{{identifier}}",
        differs="`identifierType` is `id` or `tiny`: 12 of INC-12.",
    ),
    Operation(
        name="delete_incident",
        method="DELETE",
        path=f"{INCIDENTS}{{identifier}}",
        action="Delete",
        differs="It is resolved and gone from this API. Its record stays.",
    ),
)

MAINTENANCE = "/v1/maintenance"

MAINTENANCE_OPERATIONS = (
    Operation(
        name="create_maintenance",
        method="POST",
        path=MAINTENANCE,
        differs="An integration's alerts are kept and shown, and page nobody; `state` may be left out. A disabled"
        " policy stands for its team: the services that it owns; only the one that the team's pages follow can be, and"
        " none can be enabled. Times are told back as `schedule`, or `indefinitely`.",
    ),
    Operation(
        name="list_maintenance",
        method="GET",
        path=MAINTENANCE,
        differs="Also what was planned elsewhere; the newest 200 of those that are over.",
    ),
    Operation(
        name="change_end_of_maintenance",
        method="POST",
        path=f"{MAINTENANCE}/{{id}}/change-end-date",
    ),
    Operation(name="cancel_maintenance", method="POST", path=f"{MAINTENANCE}/{{id}}/cancel"),
    Operation(
        name="get_maintenance",
        method="GET",
        path=f"{MAINTENANCE}/{{id}}",
        differs="Services and matchers of a window planned elsewhere are not told.",
    ),
    Operation(
        name="update_maintenance",
        method="PUT",
        path=f"{MAINTENANCE}/{{id}}",
        differs="Keeps services and matchers of a window planned elsewhere. One that is over begins anew.",
    ),
    Operation(
        name="delete_maintenance",
        method="DELETE",
        path=f"{MAINTENANCE}/{{id}}",
        differs="Ends it, and takes it from the lists. Its record stays.",
    ),
)
