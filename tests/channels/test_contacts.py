"""How people say where they are reached."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tocsin.accounts.queries import actor_for_person, person_ref
from tocsin.accounts.rules import SYSTEM
from tocsin.channels.actions import NewContact, add_contact, remove_contact, save_contacts
from tocsin.channels.queries import channels, contacts_of, usable_contacts
from tocsin.core.errors import Forbidden, InvalidInput, NotFound
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


def test_people_add_their_own_contacts_which_nobody_has_vouched_for(anna: Person) -> None:
    row = add_contact("anna", MAIL, actor=actor_for_person(anna))
    assert row.verified_at is None
    assert save_contacts("anna", [MAIL, FILE], actor=SYSTEM)[1].verified_at is not None


def test_nobody_else_changes_or_sees_them(anna: Person, cast: dict[str, Person]) -> None:
    row = add_contact("anna", FILE, actor=SYSTEM)
    alice = actor_for_person(cast["alice"])
    with pytest.raises(Forbidden):
        contacts_of(alice, anna)
    with pytest.raises(Forbidden):
        add_contact("anna", MAIL, actor=alice)
    with pytest.raises(Forbidden):
        remove_contact(row.uuid, actor=alice)


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
