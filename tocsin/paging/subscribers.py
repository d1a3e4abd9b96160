"""What paging does about facts of the rooms beneath it."""

from __future__ import annotations

from uuid import UUID

from tocsin.accounts.rules import ENGINE
from tocsin.channels.rules import Reason
from tocsin.journal.facts import Stored
from tocsin.paging.actions import hasten

OURS = "paging.notification:"


def on_delivery_dropped(fact: Stored) -> None:
    """A message was not sent (`channels.delivery_dropped`): if that is because its contact is gone, it reaches nobody.

    Dropped as unwanted, it was answered or stopped, and nobody need be asked instead.
    """
    if fact.data["why"] == Reason.CONTACT_REMOVED:
        on_delivery_failed(fact)


def on_delivery_failed(fact: Stored) -> None:
    """A message did not arrive (`channels.delivery_failed`): do not wait for people who were not reached."""
    about = str(fact.data["about"])
    if about.startswith(OURS):
        hasten(UUID(about.removeprefix(OURS)), actor=ENGINE)
