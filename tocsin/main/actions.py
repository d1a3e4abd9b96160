"""What people do about the machinery: give work that was given up another try."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from tocsin.accounts.queries import require
from tocsin.accounts.rules import Actor, Verb
from tocsin.core.errors import InvalidInput, NotFound
from tocsin.core.queue.given_up import GivenUp, revive
from tocsin.journal.actions import Entry, record_many
from tocsin.journal.queries import fact_by_id
from tocsin.main import facts


@transaction.atomic
def retry_jobs(*, ids: Sequence[int] = (), kind: str = "", actor: Actor) -> list[int]:
    """Make given-up jobs due at once, with all their attempts: these, and all of that kind (1,000 at a time).

    Returns the ids of those that were given up, and NotFound when there are none. A reaction has its effect once,
    however often it is tried.
    """
    require(actor, Verb.CONFIGURE)
    if not ids and not kind:
        raise InvalidInput("Say which jobs to try again: their ids, or a kind.")
    revived = revive(ids=ids, kind=kind)
    if not revived:
        raise NotFound("None of these jobs is given up.")
    record_many([_retried(job) for job in revived], actor=actor)
    return [job.id for job in revived]


def _retried(job: GivenUp) -> Entry:
    """Told of what the fact was about: each job is a reaction to one (`wiring.handlers`)."""
    fact = facts.ReactionRetried(job=job.id, reaction=job.kind, attempts=job.attempts)
    return Entry(fact=fact, subject=fact_by_id(job.payload["fact_id"]).subject)
