"""CloudWatch by SNS: signed messages only, certificates from SNS only, subscriptions confirmed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.alerts.fake_sns import HOST, FakeSns, body, certificate, fake_sns
from tocsin.alerts.intake.http import Request
from tocsin.alerts.sources.cloudwatch import CloudWatch
from tocsin.alerts.sources.sns import Sns, is_of_sns
from tocsin.alerts.sources.source import Decoded, Forbidden, Setup
from tocsin.core.errors import Unavailable

ALARM = json.dumps({"AlarmName": "disk", "NewStateValue": "ALARM", "AlarmArn": "arn:aws:cloudwatch:1:2:alarm:disk"})


@pytest.fixture
def sns() -> Iterator[FakeSns]:
    with fake_sns() as fake:
        yield fake


@pytest.fixture
def source(sns: FakeSns) -> CloudWatch:
    return CloudWatch(Sns(sns))  # type: ignore[arg-type]  # it calls as the client does


def posted(source: CloudWatch, message: dict[str, Any]) -> Decoded:
    request = Request("POST", "/in/cloudwatch", {"headers": [], "query_string": b""}, body(message))
    source.ask(request, Setup())
    return source.decode(request, Setup())


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_signed_alarm_is_taken_and_the_certificate_is_fetched_once(
    sns: FakeSns, source: CloudWatch, version: str
) -> None:
    for _ in range(3):
        found = posted(source, sns.message(ALARM, version=version))
    assert [event.fingerprint for event in found.events] == ["arn:aws:cloudwatch:1:2:alarm:disk"]
    assert found.keys == ("sns:22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",)
    assert len(sns.fetched) == 1


def test_a_message_without_a_subject_is_signed_without_one(sns: FakeSns, source: CloudWatch) -> None:
    assert posted(source, sns.message(ALARM, Subject=None)).events


@pytest.mark.parametrize(
    "changed",
    [
        {"Message": ALARM.replace("ALARM", "OK")},
        {"Subject": "another"},
        {"TopicArn": "arn:aws:sns:eu-central-1:1:other"},
        {"Signature": ""},
        {"Signature": "not base64"},
        {"SignatureVersion": "1"},
        {"SignatureVersion": "3"},
        {"Type": "Other"},
        {"Signature": None},
    ],
)
def test_a_message_that_was_changed_is_refused(sns: FakeSns, source: CloudWatch, changed: dict[str, Any]) -> None:
    with pytest.raises(Forbidden):
        posted(source, sns.message(ALARM) | changed)


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-central-1.amazonaws.com/x.pem",
        "https://sns.eu-central-1.amazonaws.com.evil.example/x.pem",
        "https://evil.example/sns.eu-central-1.amazonaws.com/x.pem",
        "https://sns.eu-central-1.amazonaws.com:8443/x.pem",
        "https://sns.eu-central-1.amazonaws.com@evil.example/x.pem",
        "https://bucket.s3.amazonaws.com/x.pem",
        "https://sns.eu-central-1.amazonaws.com:x/",
        "https://sns.evil.amazonaws.com.cn.example/x.pem",
        "//sns.eu-central-1.amazonaws.com/x.pem",
        "",
    ],
)
def test_a_certificate_of_somebody_else_is_not_even_fetched(sns: FakeSns, source: CloudWatch, url: str) -> None:
    assert not is_of_sns(url)
    with pytest.raises(Forbidden):
        posted(source, sns.message(ALARM) | {"SigningCertURL": url})
    assert sns.fetched == []


def test_a_certificate_that_has_expired_or_is_of_another_key_is_refused(sns: FakeSns, source: CloudWatch) -> None:
    sns.certificate = certificate(sns.key, days=0)
    with pytest.raises(Forbidden, match="not valid"):
        posted(source, sns.message(ALARM))
    sns.certificate = certificate(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    with pytest.raises(Forbidden, match="not of Amazon"):
        posted(source, sns.message(ALARM))


@pytest.mark.parametrize("pem", [b"", b"<html>", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_is_refused(sns: FakeSns, source: CloudWatch, pem: bytes) -> None:
    sns.certificate = pem
    with pytest.raises(Forbidden):
        posted(source, sns.message(ALARM))


@pytest.mark.parametrize("status", [500, 503, 429])
def test_while_sns_is_away_the_sender_shall_try_again(sns: FakeSns, source: CloudWatch, status: int) -> None:
    sns.status = status
    with pytest.raises(Unavailable):
        posted(source, sns.message(ALARM))
    sns.status = 200
    assert posted(source, sns.message(ALARM)).events


def test_a_kept_certificate_is_fetched_anew_after_a_day(sns: FakeSns) -> None:
    now = time.time()
    source = CloudWatch(Sns(sns, now=lambda: now))  # type: ignore[arg-type]  # as above
    posted(source, sns.message(ALARM))
    now += 86_399
    posted(source, sns.message(ALARM))
    assert len(sns.fetched) == 1
    now += 2
    posted(source, sns.message(ALARM))
    assert len(sns.fetched) == 2


def test_a_subscription_is_confirmed(sns: FakeSns, source: CloudWatch) -> None:
    sns.tokens.add("t0k3n")
    assert posted(source, sns.question("t0k3n")) == Decoded()
    assert sns.confirmed == {"t0k3n"}


def test_a_confirmation_that_sns_refuses_or_that_leads_elsewhere_is_forbidden(sns: FakeSns, source: CloudWatch) -> None:
    with pytest.raises(Forbidden, match="subscribe again"):
        posted(source, sns.question("unknown"))
    with pytest.raises(Forbidden, match="not of Amazon SNS"):
        posted(source, sns.question("t", SubscribeURL="https://evil.example/?Action=ConfirmSubscription"))
    assert not any("evil" in path for path in sns.fetched)
    assert HOST not in sns.confirmed
