"""The estate of the incident stories, a storm in it, and people at the API's door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.incidents.conftest import estate, storm  # noqa: F401  # fixtures shared with the incident stories

if TYPE_CHECKING:
    from django.test import Client

    from tocsin.alerts.models import Group
    from tocsin.incidents.models import IncidentDetail


@pytest.fixture
def incident(storm: Group) -> IncidentDetail:  # noqa: F811  # the fixture of that name
    """INC-1, with a page that waits for Alice."""
    from tests.incidents import world

    detail = world.needs_people(storm)
    assert detail is not None
    return detail


@pytest.fixture
def alice_client(estate: None) -> Client:  # noqa: F811  # the fixture of that name
    """Alice's browser."""
    return _signed_in("alice")


def _signed_in(login: str) -> Client:
    from django.test import Client

    from tocsin.accounts.queries import person_by_login

    client = Client()
    client.force_login(person_by_login(login))
    return client
