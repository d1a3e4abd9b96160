"""Django's backend, except that a process may say how long it waits for an answer.

A peer that takes what it is sent and never answers is seen by no setting: neither `statement_timeout`, which is the
server's, nor `tcp_user_timeout`, for its kernel acknowledges.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, ClassVar

import psycopg
from django.db.backends.postgresql import base
from psycopg import errors

ANSWER_S = 20.0
"""How long a node's processes wait: longer than any of their statements takes, shorter than a lease lasts (30 s)."""


class BoundedConnection(psycopg.Connection[Any]):
    """Closed, with OperationalError, when an answer takes longer than `answer_s`; None waits for ever."""

    answer_s: ClassVar[float | None] = None

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the answer to whatever `gen` sent."""
        try:
            return super().wait(gen, interval, self.answer_s if timeout is None else timeout)
        except errors._WaitTimeout:  # noqa: SLF001 - documented in `wait`, and without a public name
            if timeout is not None:
                raise
            self.pgconn.finish()
            raise psycopg.OperationalError(f"no answer from the database within {self.answer_s:g} s") from None


class DatabaseWrapper(base.DatabaseWrapper):
    """Django looks for this name."""

    Database = SimpleNamespace(**(vars(psycopg) | {"connect": BoundedConnection.connect}))  # type: ignore[assignment]  # Django asks it for names only


def bound_answers() -> None:
    """From now on nothing in this process waits longer than ANSWER_S; commands, which may, do not call it."""
    BoundedConnection.answer_s = ANSWER_S
