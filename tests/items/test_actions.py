"""Items through their doors: numbers, workflow, gates, comments, links, and who may."""

from __future__ import annotations

import threading
from uuid import UUID

import pytest
from django.db import connection

from tocsin.accounts.models import Person
from tocsin.accounts.queries import actor_for_person, team_by_key
from tocsin.accounts.rules import ENGINE, SYSTEM
from tocsin.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from tocsin.core.ids import uuid7
from tocsin.core.refs import Ref
from tocsin.items import actions, ports, queries
from tocsin.items.models import Item
from tocsin.items.rules import Category, LinkKind, Snapshot, Verdict


def _new(project: str, title: str = "Renew the certificate", **more: object) -> actions.NewItem:
    return actions.NewItem(project=project, type="chore", title=title, **more)  # type: ignore[arg-type]  # test sugar


def _kinds(item: Item) -> list[str]:
    return [fact.kind for fact in queries.history(item)]


def test_items_are_numbered_one_after_another(project: str) -> None:
    keys = [actions.create_item(_new(project), actor=SYSTEM).key for _ in range(3)]
    assert keys == ["OPS-1", "OPS-2", "OPS-3"]


def test_refused_item_takes_no_number(project: str) -> None:
    with pytest.raises(InvalidInput, match="title"):
        actions.create_item(_new(project, title=" \n "), actor=SYSTEM)
    assert actions.create_item(_new(project), actor=SYSTEM).key == "OPS-1"


def test_items_made_at_once_get_different_numbers(fresh_database: object) -> None:
    actions.save_project(key="OPS", name="Operations", actor=SYSTEM)
    numbers: list[int] = []

    def make() -> None:
        numbers.append(actions.create_item(_new("OPS"), actor=SYSTEM).number)
        connection.close()

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 9))


def test_unknown_type_and_project_are_refused(project: str) -> None:
    with pytest.raises(InvalidInput, match="Known: chore"):
        actions.create_item(actions.NewItem(project=project, type="epic", title="x"), actor=SYSTEM)
    with pytest.raises(NotFound, match="NOPE"):
        actions.create_item(_new("NOPE"), actor=SYSTEM)


def test_project_is_named_anew_without_losing_its_numbers(project: str, chore: Item) -> None:
    renamed = actions.save_project(key=project, name="Operations centre", actor=SYSTEM)
    assert (renamed.name, renamed.last_number) == ("Operations centre", 1)


def test_transition_moves_state_and_category_and_is_remembered(chore: Item) -> None:
    moved = actions.transition_item(chore.uuid, "finish", actor=SYSTEM, reason="renewed")
    assert (moved.state, moved.category) == ("done", Category.DONE)
    assert moved.closed_at is not None
    newest = queries.history(moved)[0]
    assert (newest.kind, newest.data["before"], newest.data["after"]) == ("items.item_moved", "open", "done")
    assert newest.reason == "renewed"
    assert actions.transition_item(chore.uuid, "reopen", actor=SYSTEM).closed_at is None


def test_repeated_transition_writes_nothing(chore: Item) -> None:
    actions.transition_item(chore.uuid, "begin", actor=SYSTEM)
    actions.transition_item(chore.uuid, "begin", actor=SYSTEM)
    assert _kinds(chore).count("items.item_moved") == 1


def test_impossible_transition_is_a_conflict_that_names_the_state(chore: Item) -> None:
    actions.transition_item(chore.uuid, "finish", actor=SYSTEM)
    with pytest.raises(Conflict, match="OPS-1 is “done”"):
        actions.transition_item(chore.uuid, "begin", actor=SYSTEM)


def test_gate_holds_a_transition_with_its_reason(chore: Item) -> None:
    def freeze(item: Snapshot, transition: str) -> Verdict:
        return Verdict(allowed=transition != "finish", reason=f"{item.key} waits for the freeze to end.")

    ports.plug_gates([freeze])
    with pytest.raises(Conflict, match="OPS-1 waits for the freeze"):
        actions.transition_item(chore.uuid, "finish", actor=SYSTEM)
    assert actions.transition_item(chore.uuid, "begin", actor=SYSTEM).state == "doing"


def test_assignee_changes_and_is_remembered(chore: Item, alice: Person) -> None:
    assert actions.assign_item(chore.uuid, alice, actor=SYSTEM).assignee == alice
    assert actions.assign_item(chore.uuid, None, actor=SYSTEM).assignee is None
    assert [fact.data["after"] for fact in queries.history(chore)[:2]] == ["", str(alice.uuid)]


def test_inactive_person_is_given_nothing(chore: Item, alice: Person) -> None:
    alice.is_active = False
    with pytest.raises(InvalidInput, match="alice"):
        actions.assign_item(chore.uuid, alice, actor=SYSTEM)


def test_edit_tells_what_changed_and_only_that(chore: Item) -> None:
    actions.edit_item(chore.uuid, title="Renew both certificates", description="", actor=SYSTEM)
    actions.edit_item(chore.uuid, title="Renew both certificates", actor=SYSTEM)
    facts = [fact for fact in queries.history(chore) if fact.kind == "items.item_edited"]
    assert [fact.data["changed"] for fact in facts] == [["title"]]


def test_comment_is_kept_rendered_and_its_text_is_not_in_the_journal(chore: Item) -> None:
    actions.comment_item(chore.uuid, "Uplink **flaps**", actor=ENGINE)
    (comment,) = queries.comments(chore)
    assert comment.html == "<p>Uplink <strong>flaps</strong></p>\n"
    assert comment.author_label == "Tocsin"
    assert "Uplink" not in str([fact.data for fact in queries.history(chore)])


@pytest.mark.parametrize("body", ["", " \n", "x" * 65_537, "a\0b"])
def test_empty_or_unstorable_comment_is_refused(chore: Item, body: str) -> None:
    with pytest.raises(InvalidInput):
        actions.comment_item(chore.uuid, body, actor=SYSTEM)


def test_link_is_seen_from_both_ends(project: str, chore: Item) -> None:
    follow_up = actions.create_item(_new(project, title="Automate renewal"), actor=SYSTEM)
    for _ in range(2):
        actions.link_item(follow_up.uuid, LinkKind.FOLLOWS_FROM, queries.item_ref(chore), actor=SYSTEM)
    (there,) = queries.links(SYSTEM, follow_up)
    (back,) = queries.links(SYSTEM, chore)
    assert (there.label, there.inverse) == ("OPS-1 Renew the certificate", False)
    assert (back.label, back.inverse) == ("OPS-2 Automate renewal", True)
    actions.unlink_item(follow_up.uuid, LinkKind.FOLLOWS_FROM, queries.item_ref(chore), actor=SYSTEM)
    assert queries.links(SYSTEM, chore) == []


def test_item_links_to_records_of_any_room_but_not_to_itself(chore: Item) -> None:
    group = Ref("alerts.group", uuid7())
    actions.link_item(chore.uuid, LinkKind.CAUSED_BY, group, actor=SYSTEM)
    assert queries.links(SYSTEM, chore)[0].target == group
    with pytest.raises(InvalidInput, match="itself"):
        actions.link_item(chore.uuid, LinkKind.BLOCKS, queries.item_ref(chore), actor=SYSTEM)


def test_alice_may_bob_may_look_charlie_gets_404(project: str, alice: Person, bob: Person, charlie: Person) -> None:
    item = actions.create_item(_new(project, team=team_by_key("network")), actor=SYSTEM)
    actors = {person.login: actor_for_person(person) for person in (alice, bob, charlie)}
    assert actions.transition_item(item.uuid, "begin", actor=actors["alice"]).state == "doing"
    assert queries.item_by_key(actors["bob"], "ops-1").uuid == item.uuid
    with pytest.raises(Forbidden):
        actions.transition_item(item.uuid, "finish", actor=actors["bob"])
    with pytest.raises(NotFound):
        queries.item_by_key(actors["charlie"], "OPS-1")
    with pytest.raises(NotFound):
        actions.comment_item(item.uuid, "let me in", actor=actors["charlie"])
    assert queries.items(actors["charlie"], queries.ItemFilter()) == []
    assert len(queries.items(actors["bob"], queries.ItemFilter(type="chore"))) == 1


def test_link_to_an_item_of_another_team_is_hidden_from_a_guest(project: str, charlie: Person) -> None:
    from tocsin.accounts.actions import save_team

    save_team(key="guests", name="Guests", members=["charlie"], actor=SYSTEM)
    ours = actions.create_item(_new(project, title="Ours", team=team_by_key("guests")), actor=SYSTEM)
    theirs = actions.create_item(_new(project, title="Secret", team=team_by_key("network")), actor=SYSTEM)
    actions.link_item(theirs.uuid, LinkKind.BLOCKS, queries.item_ref(ours), actor=SYSTEM)
    guest = actor_for_person(charlie)
    assert queries.links(guest, queries.item_by_key(guest, ours.key)) == []


def test_handing_over_changes_who_owns_it(chore: Item, cast: object) -> None:
    moved = actions.hand_over_item(chore.uuid, team_by_key("network"), actor=SYSTEM)
    assert moved.team is not None
    assert queries.history(moved)[0].data == {"key": "OPS-1", "before": "", "after": "network"}


def test_items_are_listed_newest_first_by_keyset(project: str) -> None:
    made = [actions.create_item(_new(project, title=f"Task {n}"), actor=SYSTEM) for n in range(5)]
    first = queries.items(SYSTEM, queries.ItemFilter(), limit=2)
    rest = queries.items(SYSTEM, queries.ItemFilter(), before_id=first[-1].id)
    assert [item.key for item in first + rest] == [item.key for item in reversed(made)]
    assert [item.title for item in queries.items(SYSTEM, queries.ItemFilter(search="task 3"))] == ["Task 3"]


@pytest.mark.parametrize("key", ["OPS-99", "nonsense"])
def test_missing_item_is_not_found(project: str, key: str) -> None:
    with pytest.raises(NotFound):
        queries.item_by_key(SYSTEM, key)
    with pytest.raises(NotFound):
        actions.assign_item(UUID(int=0), None, actor=SYSTEM)
