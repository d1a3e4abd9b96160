"""Telling people: one notification row and one delivery for each contact, under keys that make a second try a no-op."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import QuerySet

from tocsin.accounts.queries import keyring, language_of, organisation
from tocsin.channels.actions import queue_delivery
from tocsin.channels.models import Contact
from tocsin.channels.queries import usable_contacts
from tocsin.channels.rules import Message, MessageKind
from tocsin.core.refs import Ref
from tocsin.paging.choosing import People
from tocsin.paging.links import Link, make_token
from tocsin.paging.messages import label_of_answer, render
from tocsin.paging.models import Notification, Page
from tocsin.paging.rules import Candidate, Purpose, Sentence, Why

if TYPE_CHECKING:
    from tocsin.accounts.models import Person

_KINDS = {
    Purpose.PAGE: MessageKind.PAGE,
    Purpose.UPDATE: MessageKind.UPDATE,
    Purpose.NOTICE: MessageKind.NOTICE,
}


def subject_of(page: Page) -> Ref:
    return Ref(page.subject_kind, page.subject_id)


def wake(page: Page, people: People, now: datetime) -> None:
    """Page everybody chosen, over each of their contacts, for the step the page stands on."""
    for candidate in people.choice.chosen:
        person = people.by_uuid[candidate.person] if candidate.person else None
        if person is None:
            continue
        for contact in people.contacts_of(person.uuid):
            _notify(page, person, contact, candidate, Purpose.PAGE, now)
    for candidate in people.choice.passed_over:
        if candidate.person is not None and candidate.why is Why.NO_CONTACT:
            _notify(page, people.by_uuid[candidate.person], None, candidate, Purpose.PAGE, now)


def tell_again(page: Page, sentence: Sentence, purpose: Purpose, now: datetime) -> int:
    """Tell everybody this page has woken something new; returns how many people. The page's `telling` moves on."""
    page.telling += 1
    woken = Notification.objects.filter(page=page, purpose=Purpose.PAGE, contact__isnull=False)
    people = _active_people(woken)
    contacts = usable_contacts(person.id for person in people)
    for person in people:
        candidate = Candidate(person=person.uuid, why=Why.ALREADY_TOLD)
        for contact in contacts.get(person.id, []):
            _notify(page, person, contact, candidate, purpose, now, sentence)
    return len(people)


def _active_people(rows: QuerySet[Notification]) -> list[Person]:
    people = {row.person_id: row.person for row in rows.select_related("person") if row.person.is_active}
    return [people[id_] for id_ in sorted(people)]


def _notify(
    page: Page,
    person: Person,
    contact: Contact | None,
    candidate: Candidate,
    purpose: Purpose,
    now: datetime,
    sentence: Sentence | None = None,
) -> None:
    # The unique key decides: whoever comes second, perhaps on another node, has told nobody.
    row, created = Notification.objects.get_or_create(
        page=page,
        purpose=purpose,
        telling=page.telling,
        round=page.round,
        step=page.step,
        person=person,
        contact=contact,
        defaults={"why": candidate.why, "params": candidate.params, "created_at": now},
    )
    if created and contact is not None:
        row.delivery = queue_delivery(
            key=f"page:{row.uuid}",
            contact=contact,
            kind=_KINDS[purpose],
            message=_message(page, person, sentence or Sentence(**page.sentence), purpose),
            about=Ref("paging.notification", row.uuid),
            lane=str(subject_of(page)),
        )
        row.save(update_fields=["delivery"])


def _message(page: Page, person: Person, sentence: Sentence, purpose: Purpose) -> Message:
    home = organisation()
    language = language_of(person)
    zone = person.zone or (home.zone if home else settings.CONFIG.zone)
    words = render(sentence, language=language, zone=zone)
    token = make_token(keyring(), Link(page=page.uuid, person=person.uuid))
    return Message(
        title=words.title,
        text=words.text,
        link=f"{settings.CONFIG.url}/p/{token}",
        label=label_of_answer(language) if purpose is Purpose.PAGE else "",
        language=language,
    )
