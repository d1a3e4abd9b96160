"""Saved searches, and the query that a call asks for."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tocsin.accounts.queries import require
from tocsin.accounts.rules import Verb
from tocsin.alerts.intake.decoding import decoded
from tocsin.alerts.intake.limits import Refusal
from tocsin.gateways import actions, queries
from tocsin.gateways.actions import SearchDetails
from tocsin.gateways.opsgenie import shapes
from tocsin.gateways.opsgenie.call import Answer, Call, View
from tocsin.gateways.opsgenie.query import parse


class _Body(msgspec.Struct):
    name: str | None = None
    query: str | None = None
    description: str | None = None
    owner: dict[str, str] | None = None
    teams: list[dict[str, str]] | None = None


_BODY = msgspec.json.Decoder(_Body)
TEXT_MOST = 2000


def searched(call: Call) -> str:
    """The query of a call: its own, or that of the saved search it names."""
    name = call.request.GET.get("searchIdentifier", "")
    return queries.saved_search(call.actor, name).query if name else call.request.GET.get("query", "")


def _details(call: Call) -> SearchDetails:
    given = decoded(_BODY, call.request.body)
    texts = [given.name, given.query, given.description, *(given.owner or {}).values()]
    texts += [text for team in given.teams or () for text in team.values()]
    for text in texts:
        if text is not None and (len(text) > TEXT_MOST or "\0" in text):
            raise Refusal(f"a text is longer than {TEXT_MOST} characters, or holds a NUL character")
    if given.query is not None:
        parse(given.query)
    return SearchDetails(
        name=given.name,
        query=given.query,
        description=given.description,
        owner=given.owner,
        teams=list(given.teams) if given.teams is not None else None,
    )


def list_searches(call: Call) -> Answer:
    rows = queries.saved_searches(call.actor)
    return Answer(value={"data": [{"id": str(row.uuid), "name": row.name} for row in rows]})


def create_search(call: Call) -> Answer:
    require(call.actor, Verb.RESPOND)
    row = actions.create_search(_details(call), actor=call.actor)
    return Answer(value={"result": "Created", "data": {"id": str(row.uuid), "name": row.name}}, status=201)


def get_search(call: Call) -> Answer:
    return Answer(value={"data": shapes.search(queries.saved_search(call.actor, call.path["identifier"]))})


def update_search(call: Call) -> Answer:
    row = actions.change_search(call.path["identifier"], _details(call), actor=call.actor)
    return Answer(value={"result": "Updated", "data": {"id": str(row.uuid), "name": row.name}})


def delete_search(call: Call) -> Answer:
    actions.remove_search(call.path["identifier"], actor=call.actor)
    return Answer(value={"result": "Deleted"})


SEARCH_VIEWS: Mapping[str, View] = {
    "list_searches": list_searches,
    "create_search": create_search,
    "get_search": get_search,
    "update_search": update_search,
    "delete_search": delete_search,
}
