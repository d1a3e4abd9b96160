"""Deliveries from queue to proof: order, retries, leases, fences, and what is dropped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from django.db import OperationalError

from tests.nodes import wait_until
from tocsin.accounts.rules import SYSTEM
from tocsin.channels import ports, sending
from tocsin.channels.actions import NewContact, queue_delivery, remove_contact, save_contacts
from tocsin.channels.models import Contact, Delivery
from tocsin.channels.ports import Channel, ChannelError, Setup, Wanted
from tocsin.channels.rules import (
    AddressField,
    Capability,
    DeliveryState,
    Message,
    MessageKind,
    Outgoing,
    Priority,
    Reason,
    Receipt,
)
from tocsin.channels.sending import Sender, claim_due, send_due
from tocsin.core.ids import uuid7
from tocsin.core.refs import Ref
from tocsin.core.registry import Registry
from tocsin.journal.queries import facts_about

if TYPE_CHECKING:
    from tocsin.accounts.models import Person

PERMANENT = ChannelError("no such mailbox", permanent=True)
PASSING = ChannelError("try again later")
LOST = ChannelError("no answer", uncertain=True)


@dataclass
class Probe:
    """A channel that remembers what it was given; `failures` are raised for the next messages."""

    kind: str = "file"
    capabilities: frozenset[Capability] = frozenset({Capability.REPEATABLE})
    failures: list[ChannelError] = field(default_factory=list)
    seen: list[Outgoing] = field(default_factory=list)
    gate: threading.Event | None = None

    label: ClassVar = "Probe"
    field: ClassVar = AddressField(label="Name", help="Any.", example="anna")

    def parse_address(self, text: str) -> str:
        return text.strip()

    def trouble(self, setup: Setup) -> str:
        return ""

    def send(self, outgoing: Outgoing, setup: Setup) -> Receipt:
        self.seen.append(outgoing)
        if self.gate is not None:
            self.gate.wait(60)
        if self.failures:
            raise self.failures.pop(0)
        return Receipt(provider_id=f"id-{len(self.seen)}")

    @property
    def keys(self) -> list[str]:
        return [each.key for each in self.seen]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def replace_registry(*channels: Channel) -> None:
        monkeypatch.setattr(sending, "CHANNELS", Registry[Channel]("tocsin.channels", channels))

    return replace_registry


@pytest.fixture
def probe(use: Callable[..., None]) -> Probe:
    made = Probe()
    use(made)
    return made


@pytest.fixture
def contact(anna: Person) -> Contact:
    return save_contacts("anna", [NewContact(channel="file", address="anna")], actor=SYSTEM)[0]


@pytest.fixture(autouse=True)
def _unplugged() -> Iterator[None]:
    yield
    ports.plug_still_wanted({})


def queue(
    contact: Contact, key: str, *, lane: str = "a", kind: MessageKind = MessageKind.PAGE, **more: Any
) -> Delivery:
    about = Ref("tests.subject", uuid7())
    message = Message(title=key, text="Something happened.")
    return queue_delivery(key=key, contact=contact, kind=kind, message=message, about=about, lane=lane, **more)


def reread(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(id=delivery.id)


def facts_of(delivery: Delivery) -> list[str]:
    return [fact.kind for fact in facts_about([Ref("channels.delivery", delivery.uuid)])]


def test_sent_message_is_proven(contact: Contact, probe: Probe) -> None:
    delivery = queue(contact, "one")
    assert send_due("node") == 1
    row = reread(delivery)
    assert (row.state, row.reason, row.provider_id, row.tries) == ("sent", "accepted", "id-1", 1)
    assert row.finished_at is not None
    assert facts_of(delivery) == ["channels.delivery_sent"]


def test_key_makes_one_delivery_however_often_it_is_queued(contact: Contact, probe: Probe) -> None:
    assert queue(contact, "one").id == queue(contact, "one").id
    send_due("node")
    queue(contact, "one")
    send_due("node")
    assert probe.keys == ["one"]


def test_refused_message_fails_at_once(contact: Contact, probe: Probe) -> None:
    probe.failures.append(PERMANENT)
    delivery = queue(contact, "one")
    send_due("node")
    row = reread(delivery)
    assert (row.state, row.reason, row.last_error) == ("failed", "refused", "no such mailbox")
    assert facts_of(delivery) == ["channels.delivery_failed"]


def test_passing_failure_is_tried_again_later_with_the_same_key(contact: Contact, probe: Probe, clock: Any) -> None:
    probe.failures += [PASSING, LOST]
    delivery = queue(contact, "one")
    assert send_due("node") == 1
    assert send_due("node") == 0
    clock.forward(seconds=3)
    send_due("node")
    assert reread(delivery).state == "pending"
    clock.forward(seconds=5)
    send_due("node")
    assert reread(delivery).state == "sent"
    assert probe.keys == ["one"] * 3


def test_trying_ends(contact: Contact, probe: Probe, clock: Any) -> None:
    probe.failures += [PASSING] * 50
    delivery = queue(contact, "one")
    for _ in range(12):
        send_due("node")
        clock.forward(minutes=3)
    row = reread(delivery)
    assert (row.state, row.reason) == (DeliveryState.FAILED, Reason.TRIES_USED_UP)


def test_message_that_nobody_could_send_in_time_fails_unsent(contact: Contact, probe: Probe, clock: Any) -> None:
    delivery = queue(contact, "one", valid_for=timedelta(minutes=10))
    clock.forward(minutes=11)
    send_due("node")
    assert (reread(delivery).reason, probe.seen) == (Reason.TOO_LATE, [])


def test_lost_answer_stays_unknown_where_a_repeat_cannot_be_told(contact: Contact, use: Callable[..., None]) -> None:
    blind = Probe(capabilities=frozenset(), failures=[LOST])
    use(blind)
    delivery = queue(contact, "one")
    send_due("node")
    assert reread(delivery).state == "unknown"
    assert facts_of(delivery) == ["channels.delivery_failed"]


def test_unwanted_message_is_dropped_as_late_as_can_be(contact: Contact, probe: Probe) -> None:
    delivery = queue(contact, "one")
    ports.plug_still_wanted({"tests.subject": lambda about, person: Wanted(wanted=False, reason="answered")})
    send_due("node")
    assert (reread(delivery).state, reread(delivery).last_error, probe.seen) == ("dropped", "answered", [])
    assert facts_of(delivery) == ["channels.delivery_dropped"]


def test_removed_contact_gets_nothing_more(contact: Contact, probe: Probe) -> None:
    delivery = queue(contact, "one")
    remove_contact(contact.uuid, actor=SYSTEM)
    send_due("node")
    assert (reread(delivery).state, probe.seen) == ("dropped", [])


def test_claimed_message_is_nobody_elses_until_the_lease_ends(contact: Contact, probe: Probe, clock: Any) -> None:
    queue(contact, "one")
    assert len(claim_due("dead-node", lease_s=30, limit=5)) == 1
    assert send_due("node") == 0
    clock.forward(seconds=31)
    assert send_due("node") == 1
    assert probe.keys == ["one"]


def test_node_that_slept_past_its_lease_records_nothing(contact: Contact, probe: Probe, clock: Any) -> None:
    delivery = queue(contact, "one")
    probe.gate = threading.Event()
    sleepy = Sender("sleepy", lease_s=30)
    sleepy.run_due()
    wait_until(lambda: len(probe.seen) == 1)
    clock.forward(seconds=31)
    probe.failures.append(PERMANENT)  # whichever call returns first fails; the other succeeds
    (claim,) = claim_due("awake", lease_s=30, limit=5)
    probe.gate.set()
    sleepy.close()
    row = reread(delivery)
    assert (row.state, row.owner, row.fence) == ("sending", "awake", claim.fence)


def test_dead_provider_does_not_hold_up_the_others(contact: Contact, use: Callable[..., None]) -> None:
    slow, quick = Probe(gate=threading.Event()), Probe(kind="webhook")
    use(slow, quick)
    for number in range(30):
        queue(contact, f"slow-{number}", lane=f"lane-{number}")
    other = save_contacts("anna", [NewContact(channel="webhook", address="https://example.com/x")], actor=SYSTEM)[0]
    Contact.objects.update(removed_at=None)
    delivery = queue(other, "quick", kind=MessageKind.NOTICE)
    sender = Sender("node")

    def quick_is_sent() -> bool:
        sender.run_due()
        return reread(delivery).state == "sent"

    wait_until(quick_is_sent, timeout_s=10)
    assert len(slow.seen) == sending.SLOTS_A_CHANNEL
    assert slow.gate is not None
    slow.gate.set()
    sender.close()


def test_first_page_of_an_incident_overtakes_a_storm_of_another(contact: Contact, probe: Probe) -> None:
    storm = [queue(contact, f"storm-{number}", lane="storm", kind=MessageKind.UPDATE) for number in range(60)]
    first = queue(contact, "first", lane="other")
    assert first.priority == Priority.FIRST_PAGE
    claims = claim_due("node", lease_s=30, limit=5)
    assert claims[0].outgoing.key == "first"
    assert len(storm) == 60


def test_lanes_take_turns(contact: Contact, probe: Probe) -> None:
    for number in range(50):
        queue(contact, f"a-{number}", lane="a")
    for number in range(3):
        queue(contact, f"b-{number}", lane="b")
    claims = claim_due("node", lease_s=30, limit=6)
    assert sorted(claim.outgoing.thread for claim in claims) == ["a"] * 3 + ["b"] * 3


def test_only_the_first_page_of_a_lane_goes_before_everything(contact: Contact, probe: Probe) -> None:
    queue(contact, "one", lane="a")
    send_due("node")
    assert queue(contact, "two", lane="a").priority == Priority.PAGE


def test_adapter_with_a_bug_costs_only_its_own_message(contact: Contact, use: Callable[..., None]) -> None:
    class Broken(Probe):
        def send(self, outgoing: Outgoing, setup: Setup) -> Receipt:
            raise ZeroDivisionError

    use(Broken(kind="webhook"), Probe())
    broken = save_contacts("anna", [NewContact(channel="webhook", address="https://example.com/x")], actor=SYSTEM)[0]
    Contact.objects.update(removed_at=None)
    sick, well = queue(broken, "sick"), queue(contact, "well")
    send_due("node")
    assert (reread(sick).state, reread(well).state) == ("pending", "sent")
    assert "ZeroDivisionError" in reread(sick).last_error


def test_provider_may_say_what_no_database_keeps(contact: Contact, probe: Probe) -> None:
    probe.failures.append(ChannelError("500 no\0such \ud800 mailbox", permanent=True))
    both = [queue(contact, "one"), queue(contact, "other")]
    send_due("node")
    # They go out side by side: whichever was first met the failure.
    assert sorted((reread(row).state, reread(row).last_error) for row in both) == [
        ("failed", "500 nosuch ? mailbox"),
        ("sent", ""),
    ]


def test_message_that_cannot_be_settled_costs_only_itself(
    contact: Contact, probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    sick, well = queue(contact, "sick", lane="a"), queue(contact, "well", lane="b")
    whole = sending._record

    def fails_for_one(claim: Any, *rest: Any) -> None:
        if claim.id == sick.id:
            raise ZeroDivisionError
        whole(claim, *rest)

    monkeypatch.setattr(sending, "_record", fails_for_one)
    send_due("node")
    assert (reread(sick).state, reread(well).state) == ("sending", "sent")


def test_message_nobody_can_judge_costs_only_itself(contact: Contact, probe: Probe) -> None:
    sick, well = queue(contact, "sick", lane="a"), queue(contact, "well", lane="b")

    def fails_for_one(about: Any, person: Any) -> Wanted:
        if about == sick.about_id:
            raise ZeroDivisionError
        return Wanted(wanted=True, reason="so")

    ports.plug_still_wanted({"tests.subject": fails_for_one})
    send_due("node")
    assert (reread(sick).state, reread(well).state) == ("sending", "sent")


def test_result_is_kept_while_the_database_is_away(
    contact: Contact, probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = queue(contact, "one")
    sender = Sender("node")
    sender.run_due()
    wait_until(lambda: len(probe.seen) == 1)
    whole = sending.clock.now

    def away() -> Any:
        raise OperationalError

    def is_recorded() -> bool:
        sender.run_due()
        return reread(delivery).state == "sent"

    monkeypatch.setattr(sending.clock, "now", away)
    with pytest.raises(OperationalError):
        sender.drain()
    monkeypatch.setattr(sending.clock, "now", whole)
    wait_until(is_recorded)
    assert probe.keys == ["one"]
