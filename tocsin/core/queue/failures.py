"""Whose failure an exception of a job is: the handler's, a rival transaction's, or the database's."""

from __future__ import annotations

from enum import StrEnum

from django.db import InterfaceError, OperationalError


class Cause(StrEnum):
    HANDLER = "handler"
    """It would fail again: it counts as an attempt."""
    RIVAL = "rival"
    """Deadlock, serialization, a lock that was not to be had: soon it goes through."""
    DATABASE = "database"
    """Away, stopping, full or read-only: no job can do anything about it."""


_RIVAL = ("40", "55P03")
_DATABASE = ("08", "25006", "53", "57P", "58")
"""How SQLSTATEs begin: connection, read-only, resources, operator's intervention, the system's own errors."""


def cause_of(error: BaseException) -> Cause:
    """Judge by SQLSTATE, which Django keeps at the driver's error; a lost connection has none."""
    state: str | None = getattr(error.__cause__, "sqlstate", None)
    if state is None:
        return Cause.DATABASE if isinstance(error, OperationalError | InterfaceError) else Cause.HANDLER
    if state.startswith(_RIVAL):
        return Cause.RIVAL
    return Cause.DATABASE if state.startswith(_DATABASE) else Cause.HANDLER
