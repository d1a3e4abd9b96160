"""A signed POST to an address of the reader's choice, as Standard Webhooks 1.0 has it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar

from tocsin.channels.ports import ChannelError, Setup
from tocsin.channels.rules import AddressField, Capability, Outgoing, Receipt
from tocsin.channels.signing import webhook_headers, webhook_secrets
from tocsin.core.errors import InvalidInput
from tocsin.core.http import Client, HttpError, parse_targets
from tocsin.core.http.client import parse_url

WORTH_REPEATING = frozenset({408, 409, 423, 425, 429})
"""Answers below 500 after which the same message may be taken later."""


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """Posts JSON; `webhook-id` is the delivery's key, so that a repeat can be told from a second message."""

    kind: ClassVar = "webhook"
    label: ClassVar = "Webhook"
    field: ClassVar = AddressField(
        label="Address (URL)",
        help="Receives a signed POST for each message. Addresses inside your network must be allowed by the operator.",
        example="https://example.com/hooks/tocsin",
    )
    capabilities: ClassVar = frozenset({Capability.LINKS, Capability.REPEATABLE, Capability.SIGNED})

    def parse_address(self, text: str) -> str:
        try:
            return str(parse_url(text.strip()))
        except HttpError as error:
            raise InvalidInput("{reason}", reason=error) from None

    def trouble(self, setup: Setup) -> str:
        return ""

    def send(self, outgoing: Outgoing, setup: Setup) -> Receipt:
        body = _body(outgoing)
        secrets = webhook_secrets(setup.keyring, outgoing.contact)
        headers = webhook_headers(key=outgoing.key, body=body, at=outgoing.now, secrets=secrets)
        client = Client(parse_targets(setup.config.allowed_targets))
        try:
            answer = client.post(outgoing.address, body, headers | {"content-type": "application/json"})
        except HttpError as error:
            raise ChannelError(error.message, permanent=error.permanent, uncertain=_lost(error)) from error
        if 200 <= answer.status < 300:
            return Receipt(detail=str(answer.status))
        again = answer.status >= 500 or answer.status in WORTH_REPEATING
        raise ChannelError(f"The receiver answered {answer.status}.", permanent=not again)


def _lost(error: HttpError) -> bool:
    """Whether the receiver may have got the message: not when its name was not even found."""
    return not error.permanent and error.code != "unresolved"


def _body(outgoing: Outgoing) -> bytes:
    return json.dumps(
        {
            "type": f"tocsin.{outgoing.kind.value}",
            "timestamp": outgoing.now.isoformat(),
            "data": {
                "key": outgoing.key,
                "title": outgoing.message.title,
                "text": outgoing.message.text,
                "link": outgoing.message.link,
                "label": outgoing.message.label,
                "language": outgoing.message.language,
                "thread": outgoing.thread,
            },
        },
        ensure_ascii=False,
    ).encode()
