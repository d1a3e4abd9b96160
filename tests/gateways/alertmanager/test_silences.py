"""Silences by Alertmanager's API: the same as ours, with the same rights and facts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.alerts.world import World
from tests.conftest import Clock
from tests.gateways.alertmanager.calls import HOUR, Api, disk, key, matcher, moment, post, silence
from tocsin.accounts.rules import SYSTEM
from tocsin.alerts import actions, queries
from tocsin.alerts.rules import AsideReason
from tocsin.core import clock as clocks
from tocsin.core.refs import Ref
from tocsin.gateways.alertmanager.shapes import stamp

DISK = matcher("alertname", "Disk.*", is_regex=True)


def read(api: Api, silence_id: str) -> dict[str, Any]:
    status, found = api("GET", f"silence/{silence_id}")
    assert status == 200, found
    return found  # type: ignore[no-any-return]  # JSON


def facts(silence_id: str) -> list[str]:
    from uuid import UUID

    from tocsin.journal.queries import facts_about

    return [fact.kind for fact in facts_about([Ref("alerts.silence", UUID(silence_id))])]


def test_a_silence_is_read_back_as_it_was_posted_and_is_ours(world: World, api: Api) -> None:
    posted = silence(DISK, matcher("severity", "info", is_equal=False), createdBy="Zoë")
    status, made = api("POST", "silences", posted)
    assert status == 200
    found = read(api, made["silenceID"])
    assert {field: found[field] for field in posted if field != "startsAt"} | {"startsAt": posted["startsAt"]} == posted
    assert found["status"] == {"state": "active"}
    (ours,) = queries.silences(SYSTEM)
    assert (ours.reason, ours.author, str(ours.uuid)) == ("Known, worked on", "Zoë", made["silenceID"])
    assert facts(made["silenceID"]) == ["alerts.silence_saved"]


def test_a_silence_hides_what_fires_already_and_what_comes(world: World, api: Api) -> None:
    post(world, disk())
    made = api.silence(DISK)
    (alert,) = api.alerts()
    assert (alert["status"]["state"], alert["status"]["silencedBy"]) == ("suppressed", [made])
    assert api.alerts(silenced="false") == []
    post(world, disk())
    assert world.alert(alert["fingerprint"]).set_aside == AsideReason.SILENCED


def test_a_silence_by_the_senders_own_severity_holds(world: World, api: Api) -> None:
    made = api.silence(matcher("severity", "page"))
    post(world, disk())
    assert api.alerts()[0]["status"]["silencedBy"] == [made]


def test_the_author_who_is_a_person_here_owns_it(world: World, api: Api) -> None:
    api.silence(DISK, createdBy="alice")
    (ours,) = queries.silences(SYSTEM)
    assert ours.owner is not None
    assert ours.owner.login == "alice"


def test_a_silence_is_ended_listed_as_expired_and_then_forgotten(world: World, api: Api, clock: Clock) -> None:
    made = api.silence(DISK)
    for _ in range(2):
        assert api("DELETE", f"silence/{made}") == (200, None)
    assert facts(made) == ["alerts.silence_ended", "alerts.silence_saved"]
    found = read(api, made)
    assert found["status"]["state"] == "expired"
    assert moment(found["endsAt"]) <= clocks.now()
    clock.forward(hours=119)
    assert [each["id"] for each in api("GET", "silences")[1]] == [made]
    clock.forward(hours=2)
    assert api("GET", "silences") == (200, [])
    assert read(api, made)["id"] == made


def test_another_end_or_comment_is_the_same_silence_and_other_matchers_are_another(world: World, api: Api) -> None:
    made = api.silence(DISK)
    found = read(api, made)
    longer = found | {"endsAt": stamp(clocks.now() + 2 * HOUR), "comment": "Longer"}
    assert api("POST", "silences", longer) == (200, {"silenceID": made})
    assert read(api, made)["comment"] == "Longer"
    other = api.silence(**longer | {"matchers": [matcher("service", "db")]})
    assert other != made
    assert read(api, made)["status"]["state"] == "expired"
    assert read(api, other)["status"]["state"] == "active"
    again = api.silence(**found)
    assert again not in {made, other}


def test_a_silence_to_come_may_begin_otherwise_but_one_in_force_may_not(world: World, api: Api, clock: Clock) -> None:
    pending = {"startsAt": stamp(clocks.now() + HOUR), "endsAt": stamp(clocks.now() + 2 * HOUR)}
    made = api.silence(DISK, **pending)
    found = read(api, made)
    assert found["status"]["state"] == "pending"
    sooner = {"startsAt": stamp(clocks.now() + timedelta(minutes=30))}
    assert api.silence(**found | sooner) == made
    clock.forward(minutes=40)
    assert read(api, made)["status"]["state"] == "active"
    assert api.silence(**found | {"startsAt": stamp(clocks.now() + HOUR / 2)}) != made


def test_our_own_operators_are_told_as_expressions_and_survive_a_change(world: World, api: Api) -> None:
    now = clocks.now()
    details = actions.SilenceDetails(
        key="mnt",
        matchers=[{"label": "host", "op": "^=", "value": "db.1"}, {"label": "site", "op": "*=", "value": "wa"}],
        reason="x",
        starts_at=now,
        ends_at=now + HOUR,
    )
    ours = actions.save_silence(details, actor=SYSTEM)
    found = read(api, str(ours.uuid))
    assert found["matchers"] == [
        matcher("host", r"db\.1.*", is_regex=True),
        matcher("site", ".*wa.*", is_regex=True),
    ]
    assert api.silence(**found | {"comment": "Longer"}) == str(ours.uuid)
    ours.refresh_from_db()
    assert (ours.reason, ours.matchers) == ("Longer", list(details.matchers))


def test_silences_are_found_by_what_they_match_and_by_who_made_them(world: World, api: Api) -> None:
    disks, hosts = api.silence(DISK), api.silence(matcher("host", "db-1"), createdBy="Zoë")

    def found(**query: Any) -> list[str]:
        return [each["id"] for each in api("GET", "silences", **query)[1]]

    assert found(filter='host="db-1"') == [hosts]
    assert found(filter='alertname=~"Disk.*"') == [disks]
    assert found(creator="Zoë") == [hosts]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"matchers": []}, "at least one matcher"),
        ({"matchers": [matcher("a", "", is_regex=False)]}, "every alert"),
        ({"matchers": [matcher("a", "(", is_regex=True)]}, "regular expression"),
        ({"matchers": [matcher("a", "x\0")]}, "NUL"),
        ({"matchers": [{"name": "a", "value": "b"}]}, "isRegex"),
        ({"matchers": [matcher("", "x")]}, "1 to 128"),
        ({"endsAt": "2026-01-01T00:00:00Z", "startsAt": "2025-01-01T00:00:00Z"}, "past"),
        ({"endsAt": "2026-01-01T00:00:00Z"}, "before end"),
        ({"startsAt": "0001-01-01T00:00:00Z"}, "must be times"),
        ({"startsAt": "yesterday"}, "startsAt"),
        ({"startsAt": "2026-01-01T00:00:00"}, "offset"),
        ({"endsAt": "9999-12-31T23:59:59-23:00"}, "range"),
        ({"comment": "x\0"}, "NUL"),
        ({"createdBy": "x" * 257}, "createdBy"),
        ({"comment": None}, "comment"),
    ],
)
def test_what_is_no_silence_is_refused_with_a_reason(api: Api, change: dict[str, Any], says: str) -> None:
    status, said = api("POST", "silences", silence(DISK) | change)
    assert status == 400
    assert says in said
    assert queries.silences(SYSTEM) == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"matchers": ' + b"[" * 100_000, b'{"comment": "\\ud800"}'])
def test_a_body_that_is_none_is_refused(api: Api, body: bytes) -> None:
    from django.test import Client

    answer = Client().post(
        "/api/v2/silences", body, content_type="application/json", headers={"Authorization": f"Bearer {api.token}"}
    )
    assert answer.status_code == 400
    assert isinstance(answer.json(), str)


@pytest.mark.parametrize("silence_id", ["0192f0c4-1f5e-7c3a-9a51-0a6a4d1c2b3d", "x", "é"])
def test_a_silence_that_is_not_there_is_not_found(api: Api, silence_id: str) -> None:
    assert api("GET", f"silence/{silence_id}")[0] == 404
    assert api("DELETE", f"silence/{silence_id}")[0] == 404
    assert api("POST", "silences", silence(DISK, id=silence_id))[0] == 404


def test_only_who_may_respond_silences_and_only_who_may_look_sees_them(world: World, api: Api) -> None:
    made = api.silence(DISK)
    reader, sender, of_team = Api(key("read")), Api(world.token), Api(key(team="network"))
    assert reader("GET", "silences")[0] == 200
    assert sender("GET", "silences")[0] == 403
    assert of_team("GET", "silences")[0] == 403
    for each in (reader, sender, of_team):
        assert each("POST", "silences", silence(DISK))[0] == 403
        assert each("DELETE", f"silence/{made}")[0] == 403
    assert read(api, made)["status"]["state"] == "active"
    assert len(queries.silences(SYSTEM)) == 1
