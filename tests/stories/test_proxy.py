"""The proxy of the long runs does to its connections what it is told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.nodes import free_port, wait_until
from tests.stories.proxy import Proxy, to_port


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """A proxy before a server that sends back what it is sent."""
    port = free_port()
    with socket.create_server(("127.0.0.1", port)) as server:
        threading.Thread(target=_echo, args=(server,), daemon=True).start()
        with Proxy(connect=to_port(port)).listening() as listening:
            yield listening


def _echo(server: socket.socket) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_echo_one, args=(connection,), daemon=True).start()


def _echo_one(connection: socket.socket) -> None:
    with connection:
        try:
            while data := connection.recv(100):
                connection.sendall(data)
        except OSError:
            return


def test_what_is_stalled_is_passed_on_once_it_heals(proxy: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as sender:
        sender.sendall(b"one")
        assert sender.recv(100) == b"one"
        proxy.stalled = True
        sender.sendall(b"two")
        sender.settimeout(0.3)
        with pytest.raises(TimeoutError):
            sender.recv(100)
        sender.settimeout(5)
        proxy.heal()
        assert sender.recv(100) == b"two"


def test_reset_breaks_connections_and_takes_new_ones(proxy: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as sender:
        sender.sendall(b"one")
        assert sender.recv(100) == b"one"
        proxy.reset()
        wait_until(lambda: _is_reset(sender))
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as sender:
        sender.sendall(b"two")
        assert sender.recv(100) == b"two"


def _is_reset(sender: socket.socket) -> bool:
    try:
        return sender.recv(100) == b""
    except ConnectionResetError:
        return True
