"""Amazon SNS as it delivers over HTTP: whether a message is its own, and answering its question to be subscribed.

A message is signed with a certificate that is fetched from SNS itself, from no other host, and kept. Version 1 signs
with SHA-1, version 2 with SHA-256.
"""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from tocsin.alerts.sources.parts import Part
from tocsin.alerts.sources.source import Forbidden
from tocsin.core.errors import Unavailable
from tocsin.core.http import Client, HttpError

NOTIFICATION = "Notification"
QUESTION = "SubscriptionConfirmation"
END = "UnsubscribeConfirmation"
SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    QUESTION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    END: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
KEPT_S = 86_400.0
KEPT = 64
_HOST = re.compile(r"sns\.[a-z0-9-]{1,40}\.amazonaws\.com(\.cn)?")
_FAILED = "Amazon SNS could not be asked: "


class Sns:
    """Asks SNS by `client`, and keeps its certificates for a day."""

    def __init__(self, client: Client, now: Callable[[], float] = time.time) -> None:
        self._client = client
        self._now = now
        self._kept: dict[str, tuple[float, RSAPublicKey]] = {}

    def check(self, message: Part) -> None:
        """Forbidden unless SNS signed it; Unavailable when its certificate cannot be had just now."""
        hashes = {"1": SHA1, "2": SHA256}.get(message["SignatureVersion"].text)
        if message["Type"].text not in SIGNED or hashes is None:
            raise Forbidden("This is no signed message of Amazon SNS: leave raw message delivery off")
        try:
            signature = base64.b64decode(message["Signature"].text, validate=True)
        except (binascii.Error, ValueError):
            raise Forbidden("The signature is not base64") from None
        key = self._key(message["SigningCertURL"].text)
        try:
            key.verify(signature, signed_text(message), PKCS1v15(), hashes())
        except InvalidSignature:
            raise Forbidden("The signature is not of Amazon SNS") from None

    def subscribe(self, message: Part) -> None:
        """Answer its question: the topic then delivers here."""
        answer = self._get(message["SubscribeURL"].text)
        if answer is None:
            raise Forbidden("Amazon SNS refused the confirmation: subscribe again")

    def _key(self, url: str) -> RSAPublicKey:
        until, key = self._kept.get(url, (0.0, None))
        if key is not None and until > self._now():
            return key
        pem = self._get(url)
        try:
            certificate = x509.load_pem_x509_certificate(pem or b"")
        except ValueError:
            raise Forbidden("There is no certificate at the SigningCertURL") from None
        found = certificate.public_key()
        stamps = (certificate.not_valid_before_utc.timestamp(), certificate.not_valid_after_utc.timestamp())
        if not isinstance(found, RSAPublicKey) or not stamps[0] <= self._now() <= stamps[1]:
            raise Forbidden("The certificate at the SigningCertURL is not valid now")
        if len(self._kept) >= KEPT:
            self._kept.clear()
        self._kept[url] = (self._now() + KEPT_S, found)
        return found

    def _get(self, url: str) -> bytes | None:
        """What SNS answers, None when it refuses; Forbidden when the address is not its own."""
        if not is_of_sns(url):
            raise Forbidden("An address in the message is not of Amazon SNS")
        try:
            answer = self._client.get(url)
        except HttpError as error:
            raise Unavailable(_FAILED + error.message) from None
        if answer.status >= 500 or answer.status == 429:
            raise Unavailable(f"{_FAILED}it answered {answer.status}.")
        return answer.body if answer.status == 200 else None


def is_of_sns(url: str) -> bool:
    """Whether SNS answers at this address: https, its own host of a region, no other port, no user."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    own = _HOST.fullmatch(parts.netloc.removesuffix(":443")) is not None
    return own and parts.scheme == "https" and port in {None, 443}


def signed_text(message: Part) -> bytes:
    """What the signature is of: names and values of the fields, a line each; an absent one is left out."""
    names = SIGNED[message["Type"].text]
    fields = message.fields
    return "".join(f"{name}\n{fields[name]}\n" for name in names if isinstance(fields.get(name), str)).encode()
