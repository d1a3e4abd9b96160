"""Events folded into alerts, in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from tocsin.alerts import rules
from tocsin.alerts.digest.flooding import Floodgate
from tocsin.alerts.digest.reading import Event
from tocsin.alerts.digest.working import Content, Key, Working
from tocsin.alerts.rules import AlertAction, Severity, Told
from tocsin.core.ids import uuid7


@dataclass(slots=True, kw_only=True)
class Folded:
    """What a turn makes of its events. `changed` holds every touched alert once; `steps` what happened, in order."""

    changed: list[Working] = field(default_factory=list)
    steps: list[tuple[Working, Event]] = field(default_factory=list)


def fold(events: Iterable[Event], newest: dict[Key, Working], gate: Floodgate) -> Folded:
    """Fold events into the newest alerts (which it changes in place and adds to), but for what the gate holds back."""
    folded = Folded()
    touched: set[int] = set()
    for working in newest.values():
        working.was_open = working.life.is_open
    for event in events:
        before = newest.get(event.key)
        was_open = before is not None and before.life.is_open
        after = _fold_one(before, event, gate)
        if after is None:
            continue
        gate.count(event.integration_id, after.life.is_open - was_open)
        newest[event.key] = after
        folded.steps.append((after, event))
        for each in (before, after):
            if each is not None and id(each) not in touched:
                touched.add(id(each))
                folded.changed.append(each)
    return folded


def _fold_one(before: Working | None, event: Event, gate: Floodgate) -> Working | None:
    life, is_new = rules.fold(before.life if before else None, _told(event))
    if life is None or (is_new and life.is_open and gate.holds(event)):
        return None
    if before is None or is_new:
        return _new(before, event, life)
    fires = event.action is AlertAction.FIRE
    if fires and event.received_at >= before.life.last_at:
        content = _edited(event.content, before.edits) if before.edits else event.content
        before.content_changed = before.content_changed or content != before.content
        before.content = content
        before.said_at = event.said_at
    before.life = life
    before.expires_at = (event.expires_at if fires else before.expires_at) if life.is_open else None
    return before


def _edited(content: Content, edits: rules.Edits) -> Content:
    """What the sender says, as people changed it: a repeat takes none of that back."""
    labels = rules.edited(json.loads(content.labels), edits)
    # As PostgreSQL writes jsonb, so that an unchanged repeat is seen to change nothing.
    ordered = dict(sorted(labels.items(), key=lambda pair: (len(pair[0].encode()), pair[0].encode())))
    return replace(
        content,
        title=edits.get("title", content.title),
        description=edits.get("description", content.description),
        severity=Severity(edits.get("severity", content.severity)),
        labels=json.dumps(ordered, ensure_ascii=False),
    )


def _new(before: Working | None, event: Event, life: rules.Life) -> Working:
    if before is not None:
        before.superseded_at = event.received_at
    return Working(
        id=0,
        uuid=uuid7(),
        key=event.key,
        life=life,
        content=event.content,
        expires_at=event.expires_at if life.is_open else None,
        follows_at=event.received_at if before is not None else None,
        said_at=event.said_at if event.action is AlertAction.FIRE else None,
        is_new=True,
    )


def _told(event: Event) -> Told:
    fires = event.action is AlertAction.FIRE
    at = (event.began_at if fires else None) or event.at or event.received_at
    return Told(action=event.action, order=event.order, at=at, received_at=event.received_at, by=event.by)
