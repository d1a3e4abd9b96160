"""The doors contract lets in who may come in."""

import pytest

from dev.doors import House

HOUSE = House(
    root="tocsin",
    doors=frozenset({"actions", "rules"}),
    more_doors=frozenset({"alerts.intake"}),
    open_rooms=frozenset({"core"}),
    visitors=frozenset({"main"}),
)


@pytest.mark.parametrize(
    ("importer", "imported", "allowed"),
    [
        ("tocsin.paging.actions", "tocsin.oncall.rules", True),
        ("tocsin.paging.actions", "tocsin.oncall.rules.shifts", True),
        ("tocsin.paging.actions", "tocsin.oncall.models", False),
        ("tocsin.paging.actions", "tocsin.oncall.views", False),
        ("tocsin.paging.actions", "tocsin.paging.models", True),
        ("tocsin.paging.actions", "tocsin.core.queue.defer", True),
        ("tocsin.paging.models", "tocsin.accounts.models", True),
        ("tocsin.paging.queries", "tocsin.accounts.models", False),
        ("tocsin.gateways.opsgenie", "tocsin.alerts.intake", True),
        ("tocsin.gateways.opsgenie", "tocsin.paging.intake", False),
        ("tocsin.main.urls", "tocsin.paging.urls", True),
        ("tocsin.paging.rules", "dataclasses", True),
        ("tocsin.paging", "tocsin.oncall", True),
    ],
)
def test_room_is_entered_by_its_doors(importer: str, imported: str, allowed: bool) -> None:
    assert HOUSE.allows(importer, imported) is allowed
