"""What Opsgenie's client writes about one alert, step by step, and where each step is seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import opsgenie_sdk as sdk

Step = tuple[str, str, dict[str, Any], str, Callable[[Any], object], object, str]


def in_an_hour() -> datetime:
    return datetime.now(UTC) + timedelta(hours=1)


def steps(bob: Any) -> list[Step]:
    """Operation, the client's method and arguments; the fact; what the alert then is; what its screen then says."""
    return [
        (
            "add_note",
            "add_note",
            {"add_note_to_alert_payload": sdk.AddNoteToAlertPayload(note="On it", user="Ann")},
            "alert_noted",
            lambda alert: alert.status,
            "open",
            "On it",
        ),
        (
            "add_tags",
            "add_tags",
            {"add_tags_to_alert_payload": sdk.AddTagsToAlertPayload(tags=["night"])},
            "alert_tagged",
            lambda alert: alert.tags,
            ["disk", "sample", "night"],
            "disk,sample,night",
        ),
        (
            "remove_tags",
            "remove_tags",
            {"tags": ["sample", "unknown"]},
            "alert_tagged",
            lambda alert: alert.tags,
            ["disk", "night"],
            "disk,night",
        ),
        (
            "add_details",
            "add_details",
            {"add_details_to_alert_payload": sdk.AddDetailsToAlertPayload(details={"rack": "r12"})},
            "alert_relabelled",
            lambda alert: alert.details["rack"],
            "r12",
            "r12",
        ),
        (
            "remove_details",
            "remove_details",
            {"keys": ["region"]},
            "alert_relabelled",
            lambda alert: "region" in alert.details,
            False,
            "labels taken away: region",
        ),
        (
            "update_message",
            "update_alert_message",
            {"update_alert_message_payload": sdk.UpdateAlertMessagePayload(message="Disk of db full")},
            "alert_amended",
            lambda alert: alert.message,
            "Disk of db full",
            "Disk of db full",
        ),
        (
            "update_description",
            "update_alert_description",
            {"update_alert_description_payload": sdk.UpdateAlertDescriptionPayload(description="Clean /var")},
            "alert_amended",
            lambda alert: alert.description,
            "Clean /var",
            "Clean /var",
        ),
        (
            "update_priority",
            "update_alert_priority",
            {"update_alert_priority_payload": sdk.UpdateAlertPriorityPayload(priority="P1")},
            "alert_amended",
            lambda alert: alert.priority,
            "P1",
            "the severity changed",
        ),
        (
            "assign",
            "assign_alert",
            {"assign_alert_payload": sdk.AssignAlertPayload(owner=sdk.UserRecipient(username="alice@sample.invalid"))},
            "alert_assigned",
            lambda alert: alert.owner,
            "alice@sample.invalid",
            "<dd>Alice</dd>",
        ),
        (
            "add_team",
            "add_team",
            {"add_team_to_alert_payload": sdk.AddTeamToAlertPayload(team=sdk.TeamRecipient(name="Storage"))},
            "alert_responder_added",
            lambda alert: len(alert.responders),
            2,
            "storage asked to help",
        ),
        (
            "add_responder",
            "add_responder",
            {
                "add_responder_to_alert_payload": sdk.AddResponderToAlertPayload(
                    responder=sdk.UserResponder(type="user", id=str(bob.uuid))
                )
            },
            "alert_responder_added",
            lambda alert: len(alert.responders),
            3,
            "Storage, Bob",
        ),
        (
            "escalate",
            "escalate_alert",
            {
                "escalate_alert_to_next_payload": sdk.EscalateAlertToNextPayload(
                    escalation=sdk.EscalationRecipient(name="Network")
                )
            },
            "alert_escalated",
            lambda alert: len(alert.responders),
            3,
            "escalated by the policy network",
        ),
        (
            "run_action",
            "execute_custom_alert_action",
            {"action_name": "restart"},
            "alert_action_asked",
            lambda alert: alert.actions,
            ["restart", "ping"],
            "the action restart asked for",
        ),
        (
            "snooze",
            "snooze_alert",
            {"snooze_alert_payload": sdk.SnoozeAlertPayload(end_time=in_an_hour())},
            "alert_snoozed",
            lambda alert: alert.snoozed,
            True,
            "snoozed until",
        ),
        (
            "unacknowledge",
            "un_acknowledge_alert",
            {},
            "alert_unacknowledged",
            lambda alert: alert.snoozed,
            False,
            "is open again",
        ),
        (
            "acknowledge",
            "acknowledge_alert",
            {"acknowledge_alert_payload": sdk.AcknowledgeAlertPayload(user="Ann", note="mine")},
            "alert_acknowledged",
            lambda alert: (alert.acknowledged, alert.report.acknowledged_by),
            (True, "Ann"),
            "mine",
        ),
    ]
