"""Finding alerts: by one of their names, or by a condition; what belongs to one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Greatest
from django.db.models.lookups import IContains, IExact, IRegex

from tocsin.accounts.queries import require_visible
from tocsin.accounts.rules import Actor
from tocsin.alerts.models import Alert, Attachment, Note, Responder
from tocsin.alerts.queries.scope import visible_alerts
from tocsin.alerts.rows import alert_scope
from tocsin.alerts.rules import AlertState, Comparison, Condition, Every, Field, Not, Term
from tocsin.core.errors import NotFound

_TEXT: Mapping[Field, tuple[str, ...]] = {
    Field.FINGERPRINT: ("fingerprint",),
    Field.TITLE: ("title",),
    Field.DESCRIPTION: ("description",),
    Field.SOURCE: ("source",),
    Field.SERVICE: ("service__key",),
    Field.OWNER: ("owner__login", "owner__email"),
    Field.ACKNOWLEDGED_BY: ("acknowledged_by",),
    Field.INTEGRATION_NAME: ("integration__name",),
    Field.INTEGRATION_KIND: ("integration__kind",),
    Field.ANY: ("title", "description", "fingerprint", "labels__tags"),
}
_PLAIN: Mapping[Field, str] = {
    Field.NUMBER: "id",
    Field.COUNT: "count",
    Field.SEVERITY: "severity",
    Field.FIRST_AT: "first_at",
    Field.LAST_AT: "last_at",
    Field.SNOOZED_UNTIL: "snoozed_until",
    Field.CLOSED_AT: "closed_at",
}
_LOOKUPS: Mapping[Comparison, str] = {
    Comparison.IS: "exact",
    Comparison.LESS: "lt",
    Comparison.AT_MOST: "lte",
    Comparison.MORE: "gt",
    Comparison.AT_LEAST: "gte",
}
_NOBODY = Q(pk__in=[])

_LABEL_LOOKUPS: Mapping[str, Any] = {"iregex": IRegex, "icontains": IContains, "iexact": IExact}

ORDERS: Mapping[str, Any] = {
    **{name: name for name in ("fingerprint", "title", "state", "count", "source", "snoozed_until", "closed_at")},
    **{name: name for name in ("first_at", "last_at", "acknowledged_at", "acknowledged_by", "severity", "id")},
    "owner": "owner__login",
    "integration_name": "integration__name",
    "integration_kind": "integration__kind",
    "changed_at": Greatest("last_at", "acknowledged_at", "closed_at"),
}
"""What found alerts can be sorted by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which of the found alerts: sorted by a name of `ORDERS`, from `offset` on."""

    condition: Condition
    order: str = "first_at"
    descending: bool = True
    offset: int = 0
    limit: int = 20


def find_alerts(actor: Actor, wanted: Wanted) -> list[Alert]:
    """Alerts this actor may see, with service, integration, owner and responders loaded; not those deleted."""
    order = ORDERS[wanted.order]
    by = F(order) if isinstance(order, str) else order
    rows = _found(actor, wanted.condition).select_related("service__team", "integration__team", "owner", "group")
    rows = rows.prefetch_related("responders__team", "responders__person")
    ordered = by.desc(nulls_last=True) if wanted.descending else by.asc(nulls_first=True)
    return list(rows.order_by(ordered, "-id" if wanted.descending else "id")[wanted.offset :][: wanted.limit])


def count_alerts(actor: Actor, condition: Condition) -> int:
    """How many there are."""
    return _found(actor, condition).count()


def _found(actor: Actor, condition: Condition) -> QuerySet[Alert]:
    return Alert.objects.filter(visible_alerts(actor), _asked(condition), count__gt=0, deleted_at__isnull=True)


def alert_named(actor: Actor, name: str, kind: str) -> Alert:
    """The alert with that `id`, number (`tiny`) or fingerprint (`alias`, of which an open one comes first).

    Deleted ones and those this actor may not see are not found.
    """
    rows = Alert.objects.filter(visible_alerts(actor), deleted_at__isnull=True)
    if kind == "id":
        rows = rows.filter(uuid=_uuid(name))
    elif kind == "tiny":
        rows = rows.filter(id=int(name) if name.isascii() and name.isdigit() and len(name) < 19 else -1)
    else:
        rows = rows.filter(fingerprint=name, superseded_at__isnull=True, count__gt=0)
    rows = rows.select_related("service__team", "integration__team", "owner", "group")
    found = sorted(rows.order_by("-id")[:50], key=lambda alert: alert.state == AlertState.CLOSED)
    if not found:
        raise NotFound("There is no such alert.")
    require_visible(actor, alert_scope(found[0]), "There is no such alert.")
    return found[0]


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such alert: this is no id; say identifierType=alias for an alias.") from None


def notes_of(alert: Alert, *, newest_first: bool = True, after: int | None = None, limit: int = 100) -> list[Note]:
    """What was written about an alert the caller may see; pass the last id as `after`."""
    rows = Note.objects.filter(alert=alert).order_by("-id" if newest_first else "id")
    if after is not None:
        rows = rows.filter(id__lt=after) if newest_first else rows.filter(id__gt=after)
    return list(rows[:limit])


def responders_of(alert: Alert) -> list[Responder]:
    """Who was asked to help with an alert the caller may see, in that order."""
    return list(Responder.objects.filter(alert=alert).select_related("team", "person").order_by("id"))


def attachments_of(alert: Alert) -> list[Attachment]:
    """The files beside an alert the caller may see, oldest first, without what is in them."""
    return list(Attachment.objects.filter(alert=alert).defer("data").order_by("id"))


def attachment_of(alert: Alert, number: str) -> Attachment:
    """One of them, by its number."""
    wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else -1
    row = Attachment.objects.filter(alert=alert, id=wanted).first()
    if row is None:
        raise NotFound("There is no such attachment.")
    return row


def _asked(condition: Condition) -> Q:
    if isinstance(condition, Not):
        return ~_asked(condition.condition)
    if isinstance(condition, Term):
        return _term(condition)
    joined = Q() if isinstance(condition, Every) else _NOBODY
    for each in condition.conditions:
        joined = joined & _asked(each) if isinstance(condition, Every) else joined | _asked(each)
    return joined


def _term(term: Term) -> Q:
    if term.field in _TEXT:
        return _any(_TEXT[term.field], term)
    if term.field in _PLAIN:
        return _compared(_PLAIN[term.field], term)
    if term.field is Field.ID:
        return _by_uuid("uuid", term)
    if term.field is Field.INTEGRATION_ID:
        return _by_uuid("integration__uuid", term)
    if term.field is Field.TEAM:
        return _of_team(term)
    return _labelled(term) if isinstance(term.value, str) else _in_state(term)


def _compared(column: str, term: Term) -> Q:
    if term.comparison is Comparison.EMPTY:
        return Q(**{f"{column}__isnull": True})
    return Q(**{f"{column}__{_LOOKUPS[term.comparison]}": term.value})


def _by_uuid(column: str, term: Term) -> Q:
    try:
        return Q(**{column: UUID(str(term.value))})
    except ValueError:
        return _NOBODY


def _of_team(term: Term) -> Q:
    """The owner of the service, else of the integration, and those asked to help."""
    helping = Alert.objects.filter(_any(("responders__team__key", "responders__team__name"), term)).values("pk")
    owned = _any(
        [f"{path}__{name}" for path in ("service__team", "integration__team") for name in ("key", "name")], term
    )
    if term.comparison is Comparison.EMPTY:
        return owned & Q(responders__isnull=True)
    return owned | Q(pk__in=helping)


def _in_state(term: Term) -> Q:
    found = {
        Field.IS_OPEN: ~Q(state=AlertState.CLOSED),
        Field.IS_ACKNOWLEDGED: Q(acknowledged_at__isnull=False),
        Field.IS_SNOOZED: Q(state=AlertState.SNOOZED),
    }.get(term.field, _NOBODY)
    return found if term.value else ~found


def _labelled(term: Term) -> Q:
    text = str(term.value)
    if term.field is Field.TAG:
        if term.comparison is Comparison.EMPTY:
            return ~Q(labels__has_key="tags")
        return Q(labels__tags__iregex=f"(^|,){_pattern(text, '[^,]*')}(,|$)")
    if term.field is Field.LABEL_NAME:
        return Q(labels__has_key=text)
    if term.field is not Field.LABEL_VALUE:
        return _NOBODY
    if term.label:
        if term.comparison is Comparison.EMPTY:
            return ~Q(labels__has_key=term.label)
        lookup, sought = _lookup(text, term.comparison)
        return Q(_LABEL_LOOKUPS[lookup](KeyTextTransform(term.label, "labels"), sought))
    return Q(
        Func(
            F("labels"),
            Value("$.* ? (@ == $value)"),
            Value(json.dumps({"value": text})),
            template="jsonb_path_exists(%(expressions)s)",
            arg_joiner=", ",
            output_field=BooleanField(),
        )
    )


def _any(columns: Sequence[str], term: Term) -> Q:
    """Any of the columns is, or contains, the text; or all of them are empty."""
    joined = _NOBODY
    if term.comparison is Comparison.EMPTY:
        joined = Q()
        for column in columns:
            joined &= Q(**{f"{column}__isnull": True}) | Q(**{column: ""})
        return joined
    for column in columns:
        joined |= _like(column, str(term.value), term.comparison)
    return joined


def _like(column: str, text: str, comparison: Comparison) -> Q:
    lookup, sought = _lookup(text, comparison)
    return Q(**{f"{column}__{lookup}": sought})


def _lookup(text: str, comparison: Comparison) -> tuple[str, str]:
    """Django's lookup for it, and what to look up."""
    contains = comparison is Comparison.CONTAINS
    if "*" in text:
        pattern = _pattern(text, ".*")
        return "iregex", pattern if contains else f"^{pattern}$"
    return ("icontains" if contains else "iexact"), text


def _pattern(text: str, anything: str) -> str:
    return anything.join(re.escape(part) for part in text.split("*"))
