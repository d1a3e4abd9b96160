"""How people say where they are reached."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.utils.translation import override

from tocsin.accounts.actions import set_preferences
from tocsin.accounts.queries import actor_for_person, person_ref
from tocsin.accounts.rules import SYSTEM
from tocsin.channels.actions import NewContact, add_contact, remove_contact, save_contacts, send_due, send_test
from tocsin.channels.queries import channels, contact_secret, contacts_of, deliveries_to, owner, usable_contacts
from tocsin.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from tocsin.journal.queries import facts_about

if TYPE_CHECKING:
    from tocsin.accounts.models import Person

MAIL = NewContact(channel="email", address="anna@Sample.Example.com ")
FILE = NewContact(channel="file", address="anna")


def test_contacts_are_kept_in_the_order_given(anna: Person, configure: Callable[..., Any]) -> None:
    configure(smtp_url="smtp://127.0.0.1:25")
    save_contacts("anna", [MAIL, FILE], actor=SYSTEM)
    assert [row.address for row in contacts_of(SYSTEM, anna)] == ["anna@sample.example.com", "anna"]
    save_contacts("anna", [FILE, MAIL], actor=SYSTEM)
    assert [row.channel for row in usable_contacts([anna.id])[anna.id]] == ["file", "email"]


def test_address_on_a_channel_that_cannot_be_used_reaches_nobody(anna: Person) -> None:
    save_contacts("anna", [MAIL], actor=SYSTEM)
    assert usable_contacts([anna.id]) == {}
    save_contacts("anna", [MAIL, FILE], actor=SYSTEM)
    assert [row.channel for row in usable_contacts([anna.id])[anna.id]] == ["file"]


def test_saving_the_same_contacts_again_writes_nothing(anna: Person) -> None:
    save_contacts("anna", [MAIL, FILE], actor=SYSTEM)
    before = len(facts_about([person_ref(anna)]))
    save_contacts("anna", [MAIL, FILE], actor=SYSTEM)
    assert len(facts_about([person_ref(anna)])) == before


def test_contact_left_out_is_removed_and_comes_back_as_itself(anna: Person) -> None:
    mail, _ = save_contacts("anna", [MAIL, FILE], actor=SYSTEM)
    save_contacts("anna", [FILE], actor=SYSTEM)
    assert [row.channel for row in contacts_of(SYSTEM, anna)] == ["file"]
    assert save_contacts("anna", [MAIL], actor=SYSTEM)[0].uuid == mail.uuid


def test_people_add_their_own_contacts(anna: Person) -> None:
    me = actor_for_person(anna)
    add_contact("anna", FILE, actor=me)
    add_contact("anna", MAIL, actor=me)
    assert [row.address for row in contacts_of(me, anna)] == ["anna", "anna@sample.example.com"]


def test_program_has_no_contacts_of_its_own(anna: Person) -> None:
    with pytest.raises(InvalidInput, match="program"):
        owner(SYSTEM)


def test_test_message_arrives_in_its_readers_language_and_is_listed(
    anna: Person, configure: Callable[..., Any]
) -> None:
    set_preferences(anna.id, language="pl", zone="Europe/Warsaw", theme="", actor=SYSTEM)
    me = actor_for_person(anna)
    row = add_contact("anna", FILE, actor=me)
    send_test(row.uuid, actor=me)
    assert deliveries_to(me, row.uuid)[0].state == "pending"
    send_due("node")
    (line,) = [json.loads(text) for text in configure().pages_path.read_text().splitlines()]
    assert (line["to"], line["kind"], line["title"]) == ("anna", "notice", "Wiadomość próbna")
    (found,) = deliveries_to(me, row.uuid)
    assert (found.state, contacts_of(me, anna)[0].last) == ("sent", found)


def test_tests_are_a_minute_apart(anna: Person, clock: Any) -> None:
    me = actor_for_person(anna)
    row = add_contact("anna", FILE, actor=me)
    send_test(row.uuid, actor=me)
    with pytest.raises(Conflict, match="minute"):
        send_test(row.uuid, actor=me)
    clock.forward(seconds=61)
    send_test(row.uuid, actor=me)
    assert len(deliveries_to(me, row.uuid)) == 2


def test_channel_that_cannot_be_used_is_not_tested_but_explained(anna: Person) -> None:
    row = add_contact("anna", MAIL, actor=SYSTEM)
    with pytest.raises(Conflict, match="TOCSIN_SMTP_URL"):
        send_test(row.uuid, actor=actor_for_person(anna))


def test_secret_of_a_webhook_is_its_owners(anna: Person, cast: dict[str, Person]) -> None:
    hook = NewContact(channel="webhook", address="https://example.com/hook")
    row, plain = add_contact("anna", hook, actor=SYSTEM), add_contact("anna", FILE, actor=SYSTEM)
    assert contact_secret(actor_for_person(anna), row.uuid).startswith("whsec_")
    with pytest.raises(NotFound):
        contact_secret(actor_for_person(cast["alice"]), row.uuid)
    with pytest.raises(NotFound, match="not signed"):
        contact_secret(actor_for_person(anna), plain.uuid)


def test_nobody_else_changes_or_sees_them(anna: Person, cast: dict[str, Person]) -> None:
    row = add_contact("anna", FILE, actor=SYSTEM)
    alice = actor_for_person(cast["alice"])
    with pytest.raises(Forbidden):
        contacts_of(alice, anna)
    with pytest.raises(Forbidden):
        add_contact("anna", MAIL, actor=alice)
    with pytest.raises(NotFound):
        remove_contact(row.uuid, actor=alice)
    with pytest.raises(NotFound):
        deliveries_to(alice, row.uuid)


@pytest.mark.parametrize("wrong", [NewContact(channel="email", address="anna"), NewContact(channel="file", address="")])
def test_wrong_address_is_refused(anna: Person, wrong: NewContact) -> None:
    with pytest.raises(InvalidInput):
        save_contacts("anna", [wrong], actor=SYSTEM)


def test_unknown_channel_names_those_there_are(anna: Person) -> None:
    with pytest.raises(NotFound, match="email, file, webhook"):
        save_contacts("anna", [NewContact(channel="pigeon", address="anna")], actor=SYSTEM)


def test_address_stays_out_of_the_journal(anna: Person) -> None:
    save_contacts("anna", [MAIL], actor=SYSTEM)
    assert all("sample.example" not in str(fact.data) for fact in facts_about([person_ref(anna)]))


def test_channels_say_what_keeps_them_from_working() -> None:
    troubles = {info.kind: info.trouble for info in channels()}
    assert troubles["file"] == ""
    assert "TOCSIN_SMTP_URL" in troubles["email"]


def test_what_ails_a_channel_is_told_in_the_readers_language() -> None:
    with override("pl"):
        told = next(info.trouble for info in channels() if info.kind == "email")
    assert told == "TOCSIN_SMTP_URL jest puste: podaj, którego serwera poczty używać."
