"""JSON into typed values, with every way in which it can fail as one."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from tocsin.alerts.intake.limits import Refusal

T = TypeVar("T")


def decoded(decoder: msgspec.json.Decoder[T], body: bytes | msgspec.Raw) -> T:
    """The value; Refusal says what is wrong and where. RecursionError is left to `app`."""
    try:
        return decoder.decode(body)
    except msgspec.DecodeError as error:
        raise Refusal(_sentence(str(error))) from None
    except UnicodeDecodeError:
        raise Refusal("the body is not UTF-8") from None


def _sentence(message: str) -> str:
    return message[:1].lower() + message[1:] if message[1:2].islower() else message
