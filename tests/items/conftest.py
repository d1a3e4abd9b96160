"""A type of item with a workflow of its own, so that the engine is tested without any room above it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.items.chores import CHORE

if TYPE_CHECKING:
    from tocsin.items.models import Item


@pytest.fixture(autouse=True)
def _chores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only chores exist here, and no gate."""
    from tocsin.items import ports

    monkeypatch.setattr(ports, "_types", {CHORE.key: CHORE})
    monkeypatch.setattr(ports, "_gates", [])


@pytest.fixture
def project(db: None) -> str:
    """A project's key."""
    from tocsin.accounts.rules import SYSTEM
    from tocsin.items.actions import save_project

    return save_project(key="OPS", name="Operations", actor=SYSTEM).key


@pytest.fixture
def chore(project: str) -> Item:
    """OPS-1."""
    from tocsin.accounts.rules import SYSTEM
    from tocsin.items.actions import NewItem, create_item

    return create_item(NewItem(project=project, type="chore", title="Renew the certificate"), actor=SYSTEM)
