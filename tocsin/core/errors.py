"""The one root of the errors that a user can do something about."""

from __future__ import annotations


class TocsinError(Exception):
    """A refusal with a stable code, a sentence that says what to do, and the HTTP status it becomes.

    `message` is English; screens translate by `code` where they can.
    """

    status = 400
    code = "error"

    def __init__(self, message: str, *, code: str | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.status = status or type(self).status


class InvalidInput(TocsinError):
    """The caller sent something that cannot be taken; the message names the field."""

    status = 422
    code = "invalid_input"


class NotFound(TocsinError):
    """There is no such record, or this actor may not know of it."""

    status = 404
    code = "not_found"


class Forbidden(TocsinError):
    """The actor may see the record but not do this to it; the message is the verdict's reason."""

    status = 403
    code = "forbidden"


class Conflict(TocsinError):
    """The record is not in a state that allows this, or somebody changed it meanwhile."""

    status = 409
    code = "conflict"


class TooMany(TocsinError):
    """More was asked at once than is answered; trying again in a moment is right."""

    status = 429
    code = "too_many"


class Unavailable(TocsinError):
    """Something Tocsin depends on is away; trying again later is right."""

    status = 503
    code = "unavailable"
