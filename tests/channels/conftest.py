"""Fixtures of the channels' tests: a person with contacts, a place for the file channel, real servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.channels.servers import Mailbox, Receiver
    from tocsin.accounts.models import Person


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    """Change settings for this test; the file channel writes into the test's own folder from the start."""
    from django.conf import settings

    def change(**values: str) -> Any:
        monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, **values))
        return settings.CONFIG

    change(pages_file=str(tmp_path / "pages.jsonl"))
    return change


@pytest.fixture
def anna(db: None, configure: Callable[..., Any]) -> Person:
    """Somebody without contacts yet."""
    from tocsin.accounts.actions import PersonDetails, save_person
    from tocsin.accounts.rules import SYSTEM

    return save_person(PersonDetails(login="anna", name="Anna Sample"), actor=SYSTEM)


@pytest.fixture
def mailbox(configure: Callable[..., Any]) -> Iterator[Mailbox]:
    """A real SMTP server, which the settings point at."""
    from tests.channels.servers import Mailbox

    with Mailbox.listening() as listening:
        configure(smtp_url=f"smtp://127.0.0.1:{listening.port}", mail_from="tocsin@ops.example.com")
        yield listening


@pytest.fixture
def receiver(configure: Callable[..., Any]) -> Iterator[Receiver]:
    """A real HTTP server, which the settings allow to be called."""
    from tests.channels.servers import Receiver

    with Receiver.listening() as listening:
        configure(allowed_targets=f"127.0.0.1:{listening.port}")
        yield listening
