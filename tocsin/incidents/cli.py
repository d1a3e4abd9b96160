"""`tocsin incident`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import UUID

import click
from django.conf import settings

from tocsin.accounts.queries import actor_for_login, person_by_login, person_by_uuid, team_by_key
from tocsin.accounts.rules import Actor, ActorKind
from tocsin.core.errors import InvalidInput
from tocsin.incidents import actions, queries
from tocsin.incidents.actions import Declaration
from tocsin.incidents.queries import IncidentFilter, IncidentRow, Pace, TimelineEntry
from tocsin.incidents.rules import IncidentState, Leg, Node
from tocsin.incidents.shapes import IncidentList, IncidentReport, PageBrief, Timeline, incident_report
from tocsin.ui.terminal import Column, acting, print_fields, print_json, print_rows, reading

if TYPE_CHECKING:
    from tocsin.incidents.models import IncidentDetail

INCIDENTS = (
    Column[IncidentRow]("KEY", lambda row: row.key),
    Column[IncidentRow]("SEVERITY", lambda row: row.severity),
    Column[IncidentRow]("STATE", lambda row: row.state),
    Column[IncidentRow]("TEAM", lambda row: row.team),
    Column[IncidentRow]("ASSIGNEE", lambda row: row.assignee.login if row.assignee else None),
    Column[IncidentRow]("SINCE", lambda row: row.clock.first_alert_at),
    Column[IncidentRow]("TITLE", lambda row: row.title),
)
LEGS = (
    Column[Leg]("CLOCK", lambda leg: leg.stamp),
    Column[Leg]("AT", lambda leg: leg.at),
    Column[Leg]("TOOK S", lambda leg: leg.took_s),
)
PAGES = (
    Column[PageBrief]("PAGE", lambda page: page.id),
    Column[PageBrief]("TEAM", lambda page: page.team),
    Column[PageBrief]("STATE", lambda page: page.state),
    Column[PageBrief]("TOLD", lambda page: ", ".join(dict.fromkeys(row.login for row in page.told))),
    Column[PageBrief]("THEN", lambda page: ", ".join(page.next_people)),
    Column[PageBrief]("AT", lambda page: page.next_at),
)
NODES = (
    Column[Node]("TOUCHES", lambda node: node.service),
    Column[Node]("STEPS AWAY", lambda node: node.depth),
    Column[Node]("TIER", lambda node: node.alerting.tier if node.alerting else None),
    Column[Node]("SEVERITY", lambda node: node.alerting.severity if node.alerting else None),
    Column[Node]("OPEN ALERTS", lambda node: node.alerting.alerts if node.alerting else None),
)
ENTRIES = (
    Column[TimelineEntry]("AT", lambda entry: entry.at),
    Column[TimelineEntry]("WHO", lambda entry: entry.actor_label),
    Column[TimelineEntry]("WHAT", lambda entry: entry.text),
    Column[TimelineEntry]("WHY", lambda entry: entry.reason),
)
PACES = (
    Column[Pace]("FROM THE FIRST ALERT TO", lambda pace: pace.stamp),
    Column[Pace]("INCIDENTS", lambda pace: pace.incidents),
    Column[Pace]("HALF WITHIN S", lambda pace: pace.p50_s),
    Column[Pace]("95 % WITHIN S", lambda pace: pace.p95_s),
)
KEY = click.argument("key")
REASON = click.option("--reason", default="", help="Why; it stands in the timeline.")


@click.group()
def incident() -> None:
    """Incidents: declared trouble, who has it, and how fast it was answered."""


@incident.command("list")
@click.option("--open", "open_only", is_flag=True, help="Only those not resolved.")
@click.option("--state", type=click.Choice([state.value for state in IncidentState]))
@click.option("--at-least", type=click.IntRange(1, 5), default=5, help="This severity or graver; 1 is critical.")
@click.option("--team", default="")
@click.option("--assignee", default="", metavar="LOGIN")
@click.option("--before", type=int, help="Where the last answer ended.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@reading
def list_incidents(
    open_only: bool,
    state: str | None,
    at_least: int,
    team: str,
    assignee: str,
    before: int | None,
    limit: int,
    login: str | None,
    as_json: bool,
) -> None:
    """Incidents, newest first."""
    wanted = IncidentFilter(open_only=open_only, state=state or "", at_least=at_least, team=team, assignee=assignee)
    rows, following = queries.incidents(actor_for_login(login), wanted, before=before, limit=limit)
    print_rows(rows, INCIDENTS, as_json=as_json, whole=IncidentList(results=rows, next=following))


@incident.command("show")
@KEY
@reading
def show_incident(key: str, login: str | None, as_json: bool) -> None:
    """What is known of an incident: clock, cause, reach, pages, ledger."""
    config = settings.CONFIG
    report = incident_report(actor_for_login(login), key, language=config.language, zone=config.zone)
    if as_json:
        print_json(report)
        return
    print_fields(_head(report))
    print_rows(report.legs, LEGS, as_json=False)
    print_rows(report.pages, PAGES, as_json=False)
    print_rows(report.reach.nodes[:20], NODES, as_json=False)
    if report.ledger:
        lines = [(line.value, count) for line, count in report.ledger.lines.items() if count]
        print_fields([*lines, ("TOTAL", report.ledger.total)])


def _head(report: IncidentReport) -> Iterator[tuple[str, object]]:
    yield from ((column.title, column.of(report.incident)) for column in INCIDENTS)
    yield "SUMMARY", report.summary
    yield "COMMANDER", report.incident.commander.login if report.incident.commander else None
    yield "CAUSE", f"{report.incident.cause} ({report.incident.cause_state})" if report.incident.cause else None
    if report.cause:
        yield "EVIDENCE", ", ".join(f"{each.kind} {each.points:+.2f}" for each in report.cause.evidence)
    yield "RUNNER-UP", report.runner_up.service if report.runner_up else None
    yield "MOVES", ", ".join(report.incident.moves)


@incident.command("timeline")
@KEY
@reading
def show_timeline(key: str, login: str | None, as_json: bool) -> None:
    """What happened, newest first."""
    entries = queries.incident_timeline(actor_for_login(login), key)
    print_rows(entries, ENTRIES, as_json=as_json, whole=Timeline(results=entries))


@incident.command("paces")
@click.option("--days", type=click.IntRange(1, 3650), default=30, show_default=True)
@reading
def list_paces(days: int, login: str | None, as_json: bool) -> None:
    """How fast incidents are answered: medians and 95th percentiles of the three-minute clock."""
    print_rows(queries.paces(actor_for_login(login), days=days), PACES, as_json=as_json)


@incident.command("declare")
@click.argument("title")
@click.option("--severity", type=click.IntRange(1, 5), required=True, help="1 (critical) to 5 (info).")
@click.option("--description", default="", help="Markdown.")
@click.option("--service", default="", help="What fails, as far as is known.")
@click.option("--team", default="", help="Who has it; else the service's owner.")
@click.option("--page", is_flag=True, help="Wake whoever is on call in that team.")
@acting
def declare(
    title: str, severity: int, description: str, service: str, team: str, page: bool, login: str | None
) -> None:
    """Declare an incident; prints its key."""
    declaration = Declaration(
        title=title, severity=severity, description=description, service=service, team=team, page=page
    )
    click.echo(actions.declare(declaration, actor=actor_for_login(login)).item.key)


@incident.command("edit")
@KEY
@click.option("--title")
@click.option("--description", help="Markdown.")
@acting
def edit(key: str, title: str | None, description: str | None, login: str | None) -> None:
    """Change title or description."""
    actor, uuid = _found(key, login)
    _say(actions.edit(uuid, title=title, description=description, actor=actor))


@incident.command("ack")
@KEY
@acting
def acknowledge(key: str, login: str | None) -> None:
    """Say that somebody has it; its pages are answered."""
    actor, uuid = _found(key, login)
    _say(actions.acknowledge(uuid, actor=actor, via="cli"))


@incident.command("begin")
@KEY
@acting
def begin(key: str, login: str | None) -> None:
    """Say that work has begun."""
    actor, uuid = _found(key, login)
    _say(actions.begin_work(uuid, actor=actor, via="cli"))


@incident.command("watch")
@KEY
@acting
def watch(key: str, login: str | None) -> None:
    """Say that it is fixed as far as one can tell, and watched."""
    actor, uuid = _found(key, login)
    _say(actions.watch(uuid, actor=actor))


@incident.command("resolve")
@KEY
@REASON
@acting
def resolve(key: str, reason: str, login: str | None) -> None:
    """Say that it is over; its pages stop."""
    actor, uuid = _found(key, login)
    _say(actions.resolve(uuid, reason=reason, actor=actor))


@incident.command("reopen")
@KEY
@REASON
@acting
def reopen(key: str, reason: str, login: str | None) -> None:
    """Say that it was not over."""
    actor, uuid = _found(key, login)
    _say(actions.reopen(uuid, reason=reason, actor=actor))


@incident.command("comment")
@KEY
@click.argument("body")
@acting
def comment(key: str, body: str, login: str | None) -> None:
    """Write into the timeline, in Markdown; - reads standard input."""
    actor, uuid = _found(key, login)
    text = sys.stdin.read() if body == "-" else body
    _say(actions.comment(uuid, text, actor=actor))


@incident.command("severity")
@KEY
@click.argument("severity", type=click.IntRange(1, 5))
@click.option("--reason", required=True, help="Why; it stands in the timeline.")
@acting
def set_severity(key: str, severity: int, reason: str, login: str | None) -> None:
    """Say that it is graver or less grave than thought."""
    actor, uuid = _found(key, login)
    _say(actions.set_severity(uuid, severity, reason=reason, actor=actor))


@incident.command("assign")
@KEY
@click.argument("who", metavar="[LOGIN]", default="")
@acting
def assign(key: str, who: str, login: str | None) -> None:
    """Give it to somebody; without a login, to nobody."""
    actor, uuid = _found(key, login)
    _say(actions.assign(uuid, person_by_login(who) if who else None, actor=actor))


@incident.command("command")
@KEY
@click.argument("who", metavar="[LOGIN]", default="")
@acting
def take_command(key: str, who: str, login: str | None) -> None:
    """Take command, or give it to somebody; with that, work has begun."""
    actor, uuid = _found(key, login)
    if not who and actor.kind is not ActorKind.PERSON:
        raise InvalidInput("Say who takes command, or act as somebody with --as LOGIN.")
    commander = person_by_login(who) if who else person_by_uuid(actor.id)
    _say(actions.take_command(uuid, commander, actor=actor, via="cli"))


@incident.command("confirm-cause")
@KEY
@click.option("--service", default="", help="Another cause than the one proposed.")
@acting
def confirm_cause(key: str, service: str, login: str | None) -> None:
    """Agree with the named cause, or name another."""
    actor, uuid = _found(key, login)
    _say_cause(actions.confirm_cause(uuid, service_key=service, actor=actor))


@incident.command("reject-cause")
@KEY
@acting
def reject_cause(key: str, login: str | None) -> None:
    """Say that it is not this; the next suspect is named and its owner paged."""
    actor, uuid = _found(key, login)
    _say_cause(actions.reject_cause(uuid, actor=actor))


@incident.command("withdraw-verdict")
@KEY
@click.option("--service", default="", help="The cause to go back to; else the named one stays.")
@acting
def withdraw_verdict(key: str, service: str, login: str | None) -> None:
    """Take back what was said of the cause; the engine may move it again."""
    actor, uuid = _found(key, login)
    _say_cause(actions.withdraw_verdict(uuid, service_key=service, actor=actor))


@incident.command("page-team")
@KEY
@click.argument("team")
@acting
def page_team(key: str, team: str, login: str | None) -> None:
    """Wake whoever is on call in one more team."""
    actor, uuid = _found(key, login)
    actions.page_team(uuid, team_by_key(team), actor=actor)
    click.echo(f"Paging {team}.")


@incident.command("page-person")
@KEY
@click.argument("who", metavar="LOGIN")
@acting
def page_person(key: str, who: str, login: str | None) -> None:
    """Wake one person by name."""
    actor, uuid = _found(key, login)
    actions.page_person(uuid, person_by_login(who), actor=actor)
    click.echo(f"Paging {who}.")


def _found(key: str, login: str | None) -> tuple[Actor, UUID]:
    actor = actor_for_login(login)
    return actor, queries.incident_by_key(actor, key).id


def _say(detail: IncidentDetail) -> None:
    click.echo(f"{detail.item.key} is {detail.item.state}.")


def _say_cause(detail: IncidentDetail) -> None:
    named = detail.cause.key if detail.cause else "nothing"
    click.echo(f"{detail.item.key}: cause {named} ({detail.cause_state}).")


commands: tuple[click.Command, ...] = (incident,)
