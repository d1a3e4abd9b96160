"""The reference names every operation."""

from __future__ import annotations

from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "alertmanager.md"


def test_every_address_stands_in_the_reference() -> None:
    from tocsin.gateways.alertmanager.urls import urlpatterns

    page = PAGE.read_text()
    named = [str(each.pattern).replace("<str:silence_id>", "{silenceID}") for each in urlpatterns]
    assert len(named) == 6
    assert [path for path in named if f"GET /{path}`" not in page] == []
