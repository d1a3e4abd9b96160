"""`/api/v1`: where the reader is reached."""

from __future__ import annotations

from uuid import UUID

from ninja import Router, Schema, Status

from tocsin.accounts.queries import ApiRequest
from tocsin.channels import actions, queries
from tocsin.channels.actions import NewContact
from tocsin.channels.shapes import ContactOut, ContactSecret, MessageOut, contact_out, message_out

router = Router(tags=["contacts"])


class Address(Schema):
    """An address on a channel: `email`, `webhook`, `file`, or one that others ship."""

    channel: str
    address: str


@router.get("/me/contacts", response=list[ContactOut])
def list_contacts(request: ApiRequest) -> list[ContactOut]:
    """Where you are reached, in the order in which you are shown them; a page goes to all of them."""
    return [contact_out(row) for row in queries.contacts_of(request.auth, queries.owner(request.auth))]


@router.post("/me/contacts", response={201: ContactOut})
def add_contact(request: ApiRequest, new: Address) -> Status[ContactOut]:
    """Be reached there too."""
    contact = NewContact(channel=new.channel, address=new.address)
    row = actions.add_contact(queries.owner(request.auth).login, contact, actor=request.auth)
    return Status(201, contact_out(queries.visible_contact(request.auth, row.uuid)))


@router.delete("/me/contacts/{contact_id}", response={204: None})
def remove_contact(request: ApiRequest, contact_id: UUID) -> Status[None]:
    """Be reached there no more; what is on its way there is dropped."""
    actions.remove_contact(contact_id, actor=request.auth)
    return Status(204, None)


@router.post("/me/contacts/{contact_id}/test", response=MessageOut)
def test_contact(request: ApiRequest, contact_id: UUID) -> MessageOut:
    """Send a test message there, at most one a minute."""
    actions.send_test(contact_id, actor=request.auth)
    return message_out(queries.deliveries_to(request.auth, contact_id, limit=1)[0])


@router.get("/me/contacts/{contact_id}/messages", response=list[MessageOut])
def list_messages(request: ApiRequest, contact_id: UUID) -> list[MessageOut]:
    """The latest 50 messages there, newest first, and what became of them."""
    return [message_out(row) for row in queries.deliveries_to(request.auth, contact_id)]


@router.get("/me/contacts/{contact_id}/secret", response=ContactSecret)
def show_secret(request: ApiRequest, contact_id: UUID) -> ContactSecret:
    """What the receiver of a webhook verifies signatures with."""
    return ContactSecret(secret=queries.contact_secret(request.auth, contact_id))
