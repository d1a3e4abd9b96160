"""Outgoing calls reach public services and what the operator allows, and nothing else; and they end in time."""

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tocsin.core.http import Client, HttpError, Targets, parse_targets
from tocsin.core.http.client import LARGEST_ANSWER, parse_url, system_resolve

CLOSED = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.170",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.168.1.1",
    "192.175.48.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:2::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2620:4f:8000::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
OPEN = [
    "1.1.1.1",
    "100.128.0.1",
    "172.32.0.1",
    "192.0.1.1",
    "198.20.0.1",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450::1",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
    "2002:101:101::1",
]


@pytest.mark.parametrize("address", CLOSED)
def test_closed_address_is_refused(address: str) -> None:
    assert "not a public address" in Targets().refusal("hooks.sample.invalid", 443, [address])


@pytest.mark.parametrize("address", OPEN)
def test_public_address_is_allowed(address: str) -> None:
    assert Targets().refusal("hooks.sample.invalid", 443, [address]) == ""


def test_one_closed_address_among_public_ones_refuses_the_host() -> None:
    assert Targets().refusal("hooks.sample.invalid", 443, ["1.1.1.1", "10.0.0.1"])


@pytest.mark.parametrize("port", [22, 25, 5432, 6379, 9200, 11211])
def test_ports_of_other_protocols_are_refused(port: int) -> None:
    assert "Port" in Targets().refusal("hooks.sample.invalid", port, ["1.1.1.1"])


@pytest.mark.parametrize(
    ("setting", "host", "port", "address", "allowed"),
    [
        ("hooks.internal", "HOOKS.internal.", 9000, "10.1.2.3", True),
        ("hooks.internal:9000", "hooks.internal", 9000, "10.1.2.3", True),
        ("hooks.internal:9000", "hooks.internal", 9001, "10.1.2.3", False),
        ("10.1.0.0/16", "anything.sample.invalid", 9000, "10.1.2.3", True),
        ("10.1.0.0/16", "anything.sample.invalid", 443, "10.2.2.3", False),
        ("10.1.0.0/16", "anything.sample.invalid", 443, "::ffff:10.1.2.3", True),
        ("fd00::/8, 10.1.2.3", "anything.sample.invalid", 443, "fd00::7", True),
        ("hooks.internal", "evil-hooks.internal", 443, "10.1.2.3", False),
        ("", "hooks.internal", 443, "10.1.2.3", False),
    ],
)
def test_operator_allows_internal_targets(setting: str, host: str, port: int, address: str, allowed: bool) -> None:
    assert (parse_targets(setting).refusal(host, port, [address]) == "") is allowed


@pytest.mark.parametrize("setting", ["10.0.0.0/99", "host:port", ":80", "a/b"])
def test_setting_that_cannot_be_understood_is_named(setting: str) -> None:
    with pytest.raises(ValueError, match="is no host"):
        parse_targets(setting)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://sample.invalid/",
        "file:///etc/passwd",
        "gopher://sample.invalid/",
        "sample.invalid/hook",
        "https://",
        "https://user:secret@sample.invalid/",
        "https://sample.invalid/a b",
        "https://sample.invalid/\r\nHost: other",
        "https://sample.invalid/" + "x" * 2000,
        "",
    ],
)
def test_text_that_is_no_web_address_is_refused_for_good(url: str) -> None:
    with pytest.raises(HttpError) as refused:
        parse_url(url)
    assert refused.value.permanent


@pytest.mark.parametrize(
    "host", ["0177.0.0.1", "2130706433", "127.1", "0x7f000001", "localhost", "[::1]", "１２７.０.０.１"]
)
def test_other_spellings_of_loopback_are_refused(host: str) -> None:
    with pytest.raises(HttpError) as refused:
        Client(timeout_s=5).get(f"http://{host}/")
    assert refused.value.permanent or refused.value.code == "unresolved"


Handler = Callable[[socket.socket], None]


@contextmanager
def listening(handler: Handler, host: str = "127.0.0.1") -> Iterator[int]:
    """A server that hands each connection to `handler`; gives its port."""
    server = socket.create_server((host, 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                try:
                    handler(connection)
                except (OSError, ssl.SSLError):
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(5)


def whole_request(connection: socket.socket) -> bytes:
    """Head and body; the body's length is what the head says."""
    request = b""
    while part := connection.recv(65536):
        request += part
        head, end, body = request.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        if end and len(body) >= int(length[1] if length else 0):
            break
    return request


def answering(answer: bytes, seen: list[bytes] | None = None) -> Handler:
    def handle(connection: socket.socket) -> None:
        request = whole_request(connection)
        if seen is not None:
            seen.append(request)
        connection.sendall(answer)

    return handle


LOCAL = parse_targets("127.0.0.0/8")


def test_call_goes_to_the_checked_address_and_keeps_the_host() -> None:
    seen: list[bytes] = []
    with listening(answering(b"HTTP/1.1 202 Accepted\r\nX-Id: 7\r\nContent-Length: 2\r\n\r\nok", seen)) as port:
        client = Client(LOCAL, resolve=lambda _host, _port: ["127.0.0.1"])
        answer = client.post(f"http://hooks.sample.invalid:{port}/in?a=1", b'{"a":1}', {"X-Sign": "s"})
    assert (answer.status, answer.body, answer.headers["x-id"], answer.cut_short) == (202, b"ok", "7", False)
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /in?a=1 HTTP/1.1\r\n")
    assert f"host: hooks.sample.invalid:{port}".encode() in head.lower()
    assert b"x-sign: s" in head.lower()
    assert body == b'{"a":1}'


def test_name_that_resolves_differently_the_second_time_gains_nothing() -> None:
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    with listening(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as port:
        assert Client(LOCAL, resolve=rebinding).get(f"http://hooks.sample.invalid:{port}/").status == 200
    assert asked == ["hooks.sample.invalid"]


def test_refused_target_is_never_connected_to() -> None:
    seen: list[bytes] = []
    with listening(answering(b"", seen)) as port, pytest.raises(HttpError, match="TOCSIN_ALLOWED_TARGETS") as refused:
        Client(resolve=lambda _host, _port: ["127.0.0.1"]).get(f"http://hooks.sample.invalid:{port}/")
    assert refused.value.permanent
    assert seen == []


def test_redirect_is_an_answer_and_is_not_followed() -> None:
    with listening(
        answering(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/x\r\nContent-Length: 0\r\n\r\n")
    ) as port:
        assert (
            Client(LOCAL, resolve=lambda _host, _port: ["127.0.0.1"]).get(f"http://a.sample.invalid:{port}/").status
            == 302
        )


def test_answer_is_cut_at_its_largest_size() -> None:
    with listening(answering(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 1_000_000)) as port:
        answer = Client(LOCAL).get(f"http://127.0.0.1:{port}/")
    assert (len(answer.body), answer.cut_short) == (LARGEST_ANSWER, True)


def test_compressed_answer_is_not_unpacked() -> None:
    seen: list[bytes] = []
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nbomb"
    with listening(answering(answer, seen)) as port:
        assert Client(LOCAL).get(f"http://127.0.0.1:{port}/").body == b"bomb"
    assert b"accept-encoding" not in seen[0].lower()


def test_second_address_is_tried_when_the_first_does_not_listen() -> None:
    with listening(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), host="127.0.0.1") as port:
        client = Client(LOCAL, resolve=lambda _host, _port: ["127.0.0.9", "127.0.0.1"])
        assert client.get(f"http://hooks.sample.invalid:{port}/").status == 200


def drip(connection: socket.socket) -> None:
    """One byte at a time, each in time for a timeout that starts anew with every byte."""
    connection.recv(65536)
    stopped = threading.Event()
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000:
        connection.sendall(bytes([byte]))
        stopped.wait(0.05)


def silent(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.recv(1)


@pytest.mark.parametrize("handler", [drip, silent])
def test_whole_call_ends_at_its_time_limit(handler: Handler) -> None:
    with listening(handler) as port, pytest.raises(HttpError, match=r"longer than 0\.4 s") as late:
        Client(LOCAL, timeout_s=0.4).get(f"http://127.0.0.1:{port}/")
    assert not late.value.permanent


def test_resolver_that_hangs_does_not_hold_the_call() -> None:
    released = threading.Event()

    def hanging(_host: str, _port: int) -> list[str]:
        released.wait(20)
        return []

    with pytest.raises(HttpError, match="longer than") as late:
        Client(timeout_s=0.2, resolve=hanging).get("https://hooks.sample.invalid/")
    released.set()
    assert not late.value.permanent


def test_nobody_listening_is_worth_another_try() -> None:
    with listening(answering(b"")) as port:
        pass
    with pytest.raises(HttpError, match="could not be reached") as failed:
        Client(LOCAL).get(f"http://127.0.0.1:{port}/")
    assert not failed.value.permanent


def test_name_that_does_not_resolve_is_worth_another_try() -> None:
    with pytest.raises(HttpError, match="cannot be resolved") as failed:
        Client(timeout_s=8).get("https://no-such-name.invalid/")
    assert not failed.value.permanent


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Key and certificate of hooks.sample.invalid, signed by itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hooks.sample.invalid")])
    made = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key(), serial_number=1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.sample.invalid")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    file = tmp_path / "tls.pem"
    file.write_bytes(
        key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(encoding)
    )
    return file


def over_tls(certificate: Path, names: list[str]) -> Handler:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _socket, name, _context: names.append(name or "")

    def handle(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(65536)
            secured.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    return handle


def test_tls_asks_for_and_verifies_the_name_not_the_address(certificate: Path) -> None:
    names: list[str] = []
    trusting = ssl.create_default_context(cafile=str(certificate))
    client = Client(LOCAL, resolve=lambda _host, _port: ["127.0.0.1"], tls=trusting)
    with listening(over_tls(certificate, names)) as port:
        assert client.get(f"https://hooks.sample.invalid:{port}/").status == 204
        with pytest.raises(HttpError, match="could not be reached"):
            client.get(f"https://other.sample.invalid:{port}/")
    assert names == ["hooks.sample.invalid", "other.sample.invalid"]


def test_unknown_authority_is_refused(certificate: Path) -> None:
    client = Client(LOCAL, resolve=lambda _host, _port: ["127.0.0.1"])
    with listening(over_tls(certificate, [])) as port, pytest.raises(HttpError, match="certificate"):
        client.get(f"https://hooks.sample.invalid:{port}/")


def test_environment_proxies_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with listening(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as port:
        assert Client(LOCAL).get(f"http://127.0.0.1:{port}/").status == 200


def test_system_resolver_gives_each_address_once() -> None:
    found = system_resolve("localhost", 80)
    assert found
    assert len(found) == len(set(found))
