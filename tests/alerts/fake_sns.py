"""Amazon SNS on loopback: it signs with a key of its own, serves its certificate, and confirms only what it asked."""

from __future__ import annotations

import base64
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tocsin.core.http import Answer, HttpError

HOST = "sns.eu-central-1.amazonaws.com"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:tocsin"
ORDERS = {
    "Notification": ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
    "SubscriptionConfirmation": ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
}


class FakeSns:
    """`client` stands for the outgoing client: what it calls at SNS' name is answered by the server on loopback."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.certificate = certificate(self.key)
        self.tokens: set[str] = set()
        self.confirmed: set[str] = set()
        self.fetched: list[str] = []
        self.status = 200
        self.port = 0

    def get(self, url: str) -> Answer:
        """As `core.http.Client.get`, with the name of SNS resolved to loopback."""
        parts = urlsplit(url)
        if parts.hostname != HOST:
            raise HttpError(f"{parts.hostname} is not SNS.", permanent=True)
        answer = httpx.get(f"http://127.0.0.1:{self.port}{parts.path}?{parts.query}")
        return Answer(status=answer.status_code, headers={}, body=answer.content, cut_short=False)

    def answer(self, path: str) -> tuple[int, bytes]:
        self.fetched.append(path)
        parts = urlsplit(path)
        if self.status != 200:
            return self.status, b""
        if parts.path == "/SimpleNotificationService-0123.pem":
            return 200, self.certificate
        asked = parse_qs(parts.query)
        if asked.get("Action") != ["ConfirmSubscription"] or asked.get("TopicArn") != [TOPIC]:
            return 400, b"<ErrorResponse/>"
        if not self.tokens & set(asked.get("Token", [])):
            return 400, b"<ErrorResponse><Code>InvalidParameter</Code></ErrorResponse>"
        self.confirmed |= set(asked["Token"])
        return 200, b"<ConfirmSubscriptionResponse/>"

    def message(self, text: str, *, version: str = "2", **more: Any) -> dict[str, Any]:
        """A notification, signed."""
        return self.signed(
            {
                "Type": "Notification",
                "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
                "TopicArn": TOPIC,
                "Subject": "A subject",
                "Message": text,
                "Timestamp": "2026-11-24T08:00:43.000Z",
                **more,
            },
            version,
        )

    def question(self, token: str, **more: Any) -> dict[str, Any]:
        """Whether to subscribe, signed."""
        return self.signed(
            {
                "Type": "SubscriptionConfirmation",
                "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
                "Token": token,
                "TopicArn": TOPIC,
                "Message": "You have chosen to subscribe to the topic.",
                "SubscribeURL": f"https://{HOST}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token={token}",
                "Timestamp": "2026-11-24T08:00:00.000Z",
                **more,
            },
            "1",
        )

    def signed(self, message: dict[str, Any], version: str) -> dict[str, Any]:
        names = [name for name in ORDERS[message["Type"]] if message.get(name) is not None]
        text = "".join(f"{name}\n{message[name]}\n" for name in names).encode()
        hashes = SHA1() if version == "1" else SHA256()
        signature = base64.b64encode(self.key.sign(text, PKCS1v15(), hashes)).decode()
        url = f"https://{HOST}/SimpleNotificationService-0123.pem"
        return {"SigningCertURL": url, **message, "SignatureVersion": version, "Signature": signature}


def certificate(key: rsa.RSAPrivateKey, *, days: int = 365) -> bytes:
    """A certificate of that key, valid from yesterday for so many days."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    since = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=days))
        .sign(key, SHA256())
    )
    return made.public_bytes(Encoding.PEM)


@contextmanager
def fake_sns() -> Iterator[FakeSns]:
    """Serve until the block ends."""
    fake = FakeSns()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = fake.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        fake.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield fake
        finally:
            server.shutdown()
            thread.join()


def body(message: dict[str, Any]) -> bytes:
    """As SNS posts it."""
    return json.dumps(message).encode()
