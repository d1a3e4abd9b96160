"""`tocsin inbox`, `tocsin alert`, `tocsin group`, `tocsin silence`, `tocsin integration`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import click
import msgspec

from tocsin.accounts.queries import actor_for_login
from tocsin.accounts.rules import Actor
from tocsin.alerts import actions, queries
from tocsin.alerts.actions import IntegrationDetails, SilenceDetails
from tocsin.alerts.heartbeats.cli import commands as heartbeats
from tocsin.alerts.maintenance.cli import commands as maintenance
from tocsin.alerts.queries import AlertRow, CauseView, InboxFilter, InboxRow, IntegrationRow, LedgerLine, StateFilter
from tocsin.alerts.rules import Severity
from tocsin.alerts.shapes import (
    AlertList,
    GroupReport,
    InboxList,
    SilenceOut,
    alert_detail,
    parse_matcher,
    silence_out,
)
from tocsin.alerts.sources.registry import KINDS
from tocsin.core import clock
from tocsin.core.errors import InvalidInput
from tocsin.ui.terminal import Column, acting, parse_moment, print_fields, print_json, print_rows, reading, say

INBOX = (
    Column[InboxRow]("KIND", lambda row: row.kind),
    Column[InboxRow]("ID", lambda row: row.id),
    Column[InboxRow]("SEVERITY", lambda row: row.severity.name.lower()),
    Column[InboxRow]("STATE", lambda row: row.state),
    Column[InboxRow]("SERVICE", lambda row: row.service),
    Column[InboxRow]("ALERTS", lambda row: row.alerts),
    Column[InboxRow]("SINCE", lambda row: row.first_at),
    Column[InboxRow]("TITLE", lambda row: row.title),
)
ALERTS = (
    Column[AlertRow]("ID", lambda row: row.id),
    Column[AlertRow]("SEVERITY", lambda row: row.severity.name.lower()),
    Column[AlertRow]("STATE", lambda row: row.state),
    Column[AlertRow]("SERVICE", lambda row: row.service),
    Column[AlertRow]("TOLD", lambda row: row.count),
    Column[AlertRow]("SINCE", lambda row: row.first_at),
    Column[AlertRow]("TITLE", lambda row: row.title),
)
CAUSES = (
    Column[CauseView]("SUSPECT", lambda row: row.service),
    Column[CauseView]("CONFIDENCE", lambda row: row.confidence),
    Column[CauseView]("TEAM", lambda row: row.team),
    Column[CauseView]("REJECTED", lambda row: row.rejected),
    Column[CauseView]("EVIDENCE", lambda row: ", ".join(f"{e.kind} {e.points:+.2f}" for e in row.evidence)),
)
SILENCES = (
    Column[SilenceOut]("KEY", lambda row: row.key),
    Column[SilenceOut]("MATCHES", lambda row: ", ".join(f"{m['label']}{m['op']}{m['value']}" for m in row.matchers)),
    Column[SilenceOut]("FROM", lambda row: row.starts_at),
    Column[SilenceOut]("TO", lambda row: row.ended_at or row.ends_at),
    Column[SilenceOut]("REASON", lambda row: row.reason),
)
INTEGRATIONS = (
    Column[IntegrationRow]("KEY", lambda row: row.key),
    Column[IntegrationRow]("KIND", lambda row: row.kind),
    Column[IntegrationRow]("TEAM", lambda row: row.team),
    Column[IntegrationRow]("LAST SEEN", lambda row: row.last_seen_at),
    Column[IntegrationRow]("OPEN ALERTS", lambda row: row.open_alerts),
)
SEVERITIES = click.Choice([severity.name.lower() for severity in Severity])
ID = click.argument("record_id", metavar="ID", type=click.UUID)
LIMIT = click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)


@click.command()
@click.option("--state", type=click.Choice([state.value for state in StateFilter]), default="open", show_default=True)
@click.option("--text", default="", help="A part of the title, the rule or the service.")
@click.option("--at-least", type=SEVERITIES, default="info", show_default=True)
@click.option("--service", default="")
@click.option("--team", default="")
@click.option("--after", default="", help="Where the last answer ended.")
@LIMIT
@reading
def inbox(
    state: str,
    text: str,
    at_least: str,
    service: str,
    team: str,
    after: str,
    limit: int,
    login: str | None,
    as_json: bool,
) -> None:
    """Groups, and the alerts that are in none, newest first."""
    wanted = InboxFilter(
        state=StateFilter(state), text=text, at_least=Severity[at_least.upper()], service=service, team=team
    )
    found = queries.inbox(actor_for_login(login), wanted, after=after, limit=limit)
    print_rows(found.rows, INBOX, as_json=as_json, whole=InboxList(results=found.rows, next=found.after))


@click.group()
def alert() -> None:
    """One alert: what it says, and who has it."""


@alert.command("show")
@ID
@reading
def show_alert(record_id: UUID, login: str | None, as_json: bool) -> None:
    """An alert with its labels."""
    detail = alert_detail(queries.alert_by_id(actor_for_login(login), record_id))
    if as_json:
        print_json(detail)
        return
    print_fields([*((column.title, column.of(detail.alert)) for column in ALERTS), ("TEXT", detail.description)])
    print_fields(sorted(detail.labels.items()))


@alert.command("ack")
@ID
@acting
def acknowledge_alert(record_id: UUID, login: str | None) -> None:
    """Say that somebody has it. On the cause of a group this answers the incident's page too."""
    say(actions.acknowledge(record_id, actor=actor_for_login(login)).state)


@alert.command("unack")
@ID
@acting
def unacknowledge_alert(record_id: UUID, login: str | None) -> None:
    """Take the acknowledgement or the snooze back."""
    say(actions.unacknowledge(record_id, actor=actor_for_login(login)).state)


@alert.command("snooze")
@ID
@click.argument("until")
@acting
def snooze_alert(record_id: UUID, until: str, login: str | None) -> None:
    """Put it out of sight: UNTIL is 30m, 2h or 1d from now, or 2026-03-04T03:04:05Z."""
    moment = parse_moment(until, clock.now())
    say(actions.snooze(record_id, until=moment, actor=actor_for_login(login)).state)


@alert.command("close")
@ID
@acting
def close_alert(record_id: UUID, login: str | None) -> None:
    """Say that it is over."""
    say(actions.close(record_id, actor=actor_for_login(login)).state)


@alert.command("reopen")
@ID
@acting
def reopen_alert(record_id: UUID, login: str | None) -> None:
    """Say that it is not over after all."""
    say(actions.reopen(record_id, actor=actor_for_login(login)).state)


@click.group()
def group() -> None:
    """Groups: alerts believed to be one failure, and its cause."""


@group.command("show")
@ID
@reading
def show_group(record_id: UUID, login: str | None, as_json: bool) -> None:
    """The cause, the evidence, the suspects, and where every delivery went."""
    _print_group(actor_for_login(login), record_id, as_json=as_json)


@group.command("alerts")
@ID
@click.option("--line", type=click.Choice([line.value for line in LedgerLine]), help="Only a line of the ledger.")
@click.option("--after", type=int, help="Where the last answer ended.")
@LIMIT
@reading
def list_alerts(
    record_id: UUID, line: str | None, after: int | None, limit: int, login: str | None, as_json: bool
) -> None:
    """A group's alerts, oldest first."""
    wanted = LedgerLine(line) if line else None
    rows, following = queries.alerts_of_group(actor_for_login(login), record_id, line=wanted, after=after, limit=limit)
    print_rows(rows, ALERTS, as_json=as_json, whole=AlertList(results=rows, next=following))


@group.command("confirm-cause")
@ID
@click.option("--service", default="", help="Another cause than the one proposed.")
@acting
def confirm_cause(record_id: UUID, service: str, login: str | None) -> None:
    """Agree with the named cause, or name another; the engine does not move it any more."""
    row = actions.confirm_cause(record_id, service=service, actor=actor_for_login(login))
    say(f"cause: {row.cause_service.key}")


@group.command("reject-cause")
@ID
@acting
def reject_cause(record_id: UUID, login: str | None) -> None:
    """Say that it is not this; the next suspect takes its place."""
    row = actions.reject_cause(record_id, actor=actor_for_login(login))
    say(f"cause: {row.cause_service.key} ({row.cause_state})")


@group.command("withdraw-verdict")
@ID
@click.option("--service", default="", help="The cause to go back to; else the named one stays.")
@acting
def withdraw_verdict(record_id: UUID, service: str, login: str | None) -> None:
    """Take back what was said of the cause; the engine may move it again."""
    row = actions.withdraw_verdict(record_id, service=service, actor=actor_for_login(login))
    say(f"cause: {row.cause_service.key} ({row.cause_state})")


@group.command("keep-apart")
@ID
@click.argument("alerts", nargs=-1, required=True, type=click.UUID)
@acting
def keep_apart(record_id: UUID, alerts: Sequence[UUID], login: str | None) -> None:
    """Move ALERTS out of the group into one of their own; prints the new group."""
    click.echo(str(actions.keep_apart(record_id, alerts, actor=actor_for_login(login)).uuid))


@group.command("absorb")
@ID
@click.argument("other", type=click.UUID)
@acting
def belong_together(record_id: UUID, other: UUID, login: str | None) -> None:
    """Say that the group OTHER belongs to this one."""
    actions.belong_together(record_id, other, actor=actor_for_login(login))
    say("merged")


@group.command("close")
@ID
@acting
def close_group(record_id: UUID, login: str | None) -> None:
    """Say that the failure is over; its open alerts are left to their own lives."""
    say(actions.close_group(record_id, actor=actor_for_login(login)).state)


@click.group()
def silence() -> None:
    """Silences: matching alerts are kept and shown but page nobody."""


@silence.command("list")
@click.option("--ended", is_flag=True, help="Those that are over too.")
@reading
def list_silences(ended: bool, login: str | None, as_json: bool) -> None:
    """Silences in force or to come, soonest end first."""
    rows = [silence_out(row) for row in queries.silences(actor_for_login(login), ended=ended)]
    print_rows(rows, SILENCES, as_json=as_json)


@silence.command("add")
@click.argument("key")
@click.argument("matchers", nargs=-1, required=True)
@click.option("--until", required=True, help="30m, 2h or 1d from now, or 2026-03-04T03:04:05Z.")
@click.option("--from", "since", help="The same; else at once.")
@click.option("--reason", required=True)
@click.option("--owner", default="", metavar="LOGIN")
@acting
def add_silence(
    key: str, matchers: Sequence[str], until: str, since: str | None, reason: str, owner: str, login: str | None
) -> None:
    """Silence what matches all MATCHERS: service=core-sw-waw-02, severity!=critical, name^=Disk (begins with),
    site*=wa (contains), host=~db-[0-9]+ and !~ (regular expressions of the whole value)."""
    now = clock.now()
    details = SilenceDetails(
        key=key,
        matchers=[parse_matcher(text) for text in matchers],
        reason=reason,
        owner=owner,
        starts_at=parse_moment(since, now) if since else now,
        ends_at=parse_moment(until, now),
    )
    actions.save_silence(details, actor=actor_for_login(login))
    say("silenced")


@silence.command("end")
@click.argument("key")
@acting
def end_silence(key: str, login: str | None) -> None:
    """End a silence now."""
    actions.end_silence(key, actor=actor_for_login(login))
    say("ended")


@click.group()
def integration() -> None:
    """Integrations: where alerts come from."""


@integration.command("list")
@reading
def list_integrations(login: str | None, as_json: bool) -> None:
    """Integrations, and when each last spoke."""
    print_rows(queries.integrations(actor_for_login(login)), INTEGRATIONS, as_json=as_json)


@integration.command("add")
@click.argument("key")
@click.option("--name", required=True, help="What sends.")
@click.option("--kind", required=True, type=click.Choice([each.kind for each in KINDS]), help="Format it speaks.")
@click.option("--team", default="", metavar="KEY", help="Whose it is; without it, the organisation's.")
@click.option("--options", metavar="JSON", help="What its kind lets one set, all of it; without it, they stay.")
@acting
def add_integration(key: str, name: str, kind: str, team: str, options: str | None, login: str | None) -> None:
    """Add an integration, or change the one with that KEY. `tocsin key issue` makes its key."""
    details = IntegrationDetails(key=key, name=name, kind=kind, team=team, options=_object(options, "--options"))
    actions.save_integration(details, actor=actor_for_login(login))
    say("saved")


@integration.command("remove")
@click.argument("key")
@acting
def remove_integration(key: str, login: str | None) -> None:
    """Take an integration away: its keys stop within 60 seconds, its alerts stay."""
    actions.remove_integration(key, actor=actor_for_login(login))
    say("removed")


def _object(text: str | None, where: str) -> dict[str, Any] | None:
    """A JSON object as somebody typed it; InvalidInput says what is wrong with it."""
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise InvalidInput("{where} is no JSON object: {error}.", where=where, error=str(error)) from None


def _print_group(actor: Actor, group_id: UUID, *, as_json: bool) -> None:
    detail, ledger = queries.group_detail(actor, group_id), queries.ledger(actor, group_id)
    if as_json:
        print_json(GroupReport(group=detail, ledger=ledger))
        return
    print_fields(
        [
            ("STATE", detail.state),
            ("CAUSE", f"{detail.cause.service} ({detail.cause_state})"),
            ("SINCE", detail.first_at),
            ("ALERTS", f"{detail.open_alerts} of {detail.alerts} open, on {detail.services} services"),
        ]
    )
    print_rows([detail.cause, *detail.suspects], CAUSES, as_json=False)
    print_fields([*((line.value, count) for line, count in ledger.lines.items() if count), ("TOTAL", ledger.total)])


commands: tuple[click.Command, ...] = (inbox, alert, group, silence, *maintenance, integration, *heartbeats)
