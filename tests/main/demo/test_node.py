"""The demonstration's own folder and port: its own leftovers go, nobody else's things are touched."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tocsin.core.errors import Conflict, InvalidInput
from tocsin.main.demo.node import MARKER, choose_port, own_folder


def test_what_an_earlier_demonstration_left_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with own_folder(folder):
        (folder / "postgres").mkdir()
        (folder / "postgres" / "data").write_text("old")
        (folder / "company.yaml").write_text("old")
    with own_folder(folder):
        assert not (folder / "postgres").exists()
        assert not (folder / "company.yaml").exists()
    assert [path.name for path in folder.iterdir()] == [MARKER]


def test_second_demonstration_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    with own_folder(tmp_path / "demo"), pytest.raises(Conflict, match="Another demo"), own_folder(tmp_path / "demo"):
        pass


def test_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    with pytest.raises(InvalidInput, match="holds other things"), own_folder(tmp_path):
        pass
    assert (tmp_path / "mine").read_text() == "precious"


def test_port_asked_for_is_taken_or_refused_never_another() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        taken: int = busy.getsockname()[1]
        with pytest.raises(Conflict, match=f"Port {taken} is taken"):
            choose_port(taken)
        assert choose_port(None) != taken
    assert choose_port(taken) == taken
