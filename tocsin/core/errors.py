"""The one root of the errors that a user can do something about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Self


class TocsinError(Exception):
    """A refusal with a stable code, a sentence that says what to do, and the HTTP status it becomes.

    The sentence stands in the code in English, with `{name}` for what differs: `NotFound("There is no team “{key}”.",
    key=key)`. `message` is that sentence filled in; `said_in` fills in the sentence of another language. What is filled
    in may be a refusal itself: the reason behind this one.
    """

    status = 400
    code = "error"

    def __init__(self, sentence: str, *, code: str | None = None, status: int | None = None, **params: object) -> None:
        super().__init__(sentence, *params.values())
        self.sentence = sentence
        self.params: Mapping[str, object] = params
        self.code = code or type(self).code
        self.status = status or type(self).status

    @classmethod
    def of(cls, sentence: str, params: Mapping[str, object]) -> Self:
        """The refusal with a sentence that a rule has chosen."""
        refusal = cls(sentence)
        refusal.params = dict(params)
        return refusal

    @property
    def message(self) -> str:
        """The sentence in English."""
        return self.said_in(lambda sentence: sentence)

    def said_in(self, translate: Callable[[str], str]) -> str:
        """The sentence in the language that `translate` (gettext, say) knows."""
        said = translate(self.sentence)
        if not self.params:  # a sentence without parameters may hold braces of its own
            return said
        filled = {
            name: value.said_in(translate) if isinstance(value, TocsinError) else value
            for name, value in self.params.items()
        }
        return said.format(**filled)

    def __str__(self) -> str:
        return self.message


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
