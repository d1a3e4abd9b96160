"""Silences by Alertmanager's API: ours, under its names."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from tocsin.accounts.queries import people_by_login
from tocsin.alerts import actions, queries
from tocsin.alerts.actions import SilenceDetails
from tocsin.alerts.intake.decoding import decoded
from tocsin.alerts.intake.limits import Refusal
from tocsin.alerts.rules import Operator, SilenceState, silence_state
from tocsin.core.errors import NotFound
from tocsin.gateways.alertmanager import shapes
from tocsin.gateways.alertmanager.call import Call
from tocsin.gateways.alertmanager.decode import utc
from tocsin.gateways.alertmanager.filters import parse, passes
from tocsin.gateways.alertmanager.shapes import Value

if TYPE_CHECKING:
    from tocsin.alerts.models import Silence

OVER_FOR = timedelta(hours=120)
"""How long one that is over is listed: as long as Alertmanager keeps it by itself."""

AUTHOR_MOST = 256
COMMENT_MOST = 4096
_OPERATORS = {
    (False, True): Operator.IS,
    (False, False): Operator.IS_NOT,
    (True, True): Operator.LIKE,
    (True, False): Operator.UNLIKE,
}
_ORDER = {"active": 0, "pending": 1, "expired": 2}


class PostedMatcher(msgspec.Struct, rename="camel"):
    name: str
    value: str
    is_regex: bool
    is_equal: bool | None = None


class Posted(msgspec.Struct, rename="camel"):
    """The body of `POST /api/v2/silences`."""

    matchers: list[PostedMatcher]
    starts_at: datetime
    ends_at: datetime
    created_by: str
    comment: str
    id: str | None = None


_POSTED = msgspec.json.Decoder(Posted)


def list_silences(call: Call) -> list[Value]:
    """Those in force, to come, and lately over; `filter` looks at what their matchers ask for."""
    filters, creators = parse(call.request.GET.getlist("filter")), call.request.GET.getlist("creator")
    rows = queries.silences(call.actor, ended=True, over_for=OVER_FOR)
    found = [shapes.silence(row, call.now) for row in rows]
    return sorted(
        (
            silence
            for silence in found
            if passes(filters, {each["name"]: each["value"] for each in silence["matchers"]})
            and (not creators or silence["createdBy"] in creators)
        ),
        key=lambda silence: _ORDER[silence["status"]["state"]],
    )


def get_silence(call: Call) -> Value:
    return shapes.silence(_named(call, call.path["silence_id"]), call.now)


def _named(call: Call, text: str) -> Silence:
    return queries.silence_by_id(call.actor, _uuid(text))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such silence.") from None


def post_silence(call: Call) -> Value:
    """A new one, or a change to the one whose id is given: that may come to another id, as in Alertmanager."""
    posted = decoded(_POSTED, call.request.body)
    details = _details(posted, call.now)
    if not posted.id:
        made = actions.save_silence(details, actor=call.actor)
    else:
        before = _named(call, posted.id)
        if shapes.matchers(before) == [_plain(each) for each in posted.matchers]:
            details = replace(details, matchers=before.matchers)
        made = actions.revise_silence(before.uuid, details, actor=call.actor)
    return {"silenceID": str(made.uuid)}


def _details(posted: Posted, now: datetime) -> SilenceDetails:
    starts_at, ends_at = utc(posted.starts_at, "startsAt"), utc(posted.ends_at, "endsAt")
    if starts_at is None or ends_at is None:
        raise Refusal("startsAt and endsAt must be times")
    if not posted.matchers:
        raise Refusal("at least one matcher required")
    if ends_at <= starts_at:
        raise Refusal("start time must be before end time")
    if ends_at <= now:
        raise Refusal("end time can't be in the past")
    if len(posted.created_by) > AUTHOR_MOST or len(posted.comment) > COMMENT_MOST:
        raise Refusal(f"createdBy is longer than {AUTHOR_MOST} characters, or comment than {COMMENT_MOST}")
    if "\0" in posted.created_by + posted.comment:
        raise Refusal("a NUL character, which cannot be stored")
    return SilenceDetails(
        key=SilenceDetails.new_key(posted.comment),
        matchers=[_ours(each) for each in posted.matchers],
        reason=posted.comment,
        starts_at=starts_at if posted.id else max(starts_at, now),
        ends_at=ends_at,
        owner=posted.created_by if people_by_login([posted.created_by]) else "",
        author=posted.created_by,
    )


def _ours(matcher: PostedMatcher) -> dict[str, str]:
    operator = _OPERATORS[matcher.is_regex, matcher.is_equal is not False]
    return {"label": matcher.name, "op": operator.value, "value": matcher.value}


def _plain(matcher: PostedMatcher) -> Value:
    is_equal = matcher.is_equal is not False
    return {"name": matcher.name, "value": matcher.value, "isRegex": matcher.is_regex, "isEqual": is_equal}


def delete_silence(call: Call) -> None:
    """End it; one that is over stays as it is."""
    row = _named(call, call.path["silence_id"])
    state = silence_state(starts_at=row.starts_at, ends_at=row.until, ended_at=row.ended_at, now=call.now)
    if state is not SilenceState.EXPIRED:
        actions.end_silence(row.key, actor=call.actor)
