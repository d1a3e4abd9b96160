"""`/api/v1`: reactions that were given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from ninja import Query, Router, Schema

from tocsin.accounts.queries import ApiRequest, require_visible
from tocsin.accounts.rules import ORGANISATION
from tocsin.main import actions, queries
from tocsin.main.queries import GivenUpJob

router = Router(tags=["operation"])


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUpList:
    """A stretch of given-up jobs; `next` is null at the end."""

    results: list[GivenUpJob]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """The ids of the jobs that are due again."""

    retried: list[int]


class Retry(Schema):
    """`jobs` are ids, `kind` stands for all of that kind."""

    jobs: Sequence[int] = ()
    kind: str = ""


@router.get("/queue/given-up", response=GivenUpList)
def list_given_up(
    request: ApiRequest, before: int | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> GivenUpList:
    """Reactions that failed too often and wait for somebody, newest first, each with its last error."""
    return stretch(queries.given_up_jobs(request.auth, before_id=before, limit=limit), limit)


@router.post("/queue/given-up/retry", response=Retried)
def retry_given_up(request: ApiRequest, which: Retry) -> Retried:
    """Give them another try, at once. For administrators, and keys of the organisation that manage."""
    require_visible(request.auth, ORGANISATION, "There is no such record.")
    return Retried(retried=actions.retry_jobs(ids=which.jobs, kind=which.kind, actor=request.auth))


def stretch(jobs: list[GivenUpJob], limit: int) -> GivenUpList:
    """The list as the API and the command line tell it."""
    return GivenUpList(results=jobs, next=jobs[-1].id if len(jobs) == limit else None)
