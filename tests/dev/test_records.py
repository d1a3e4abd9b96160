"""The model rules find unclassed fields and foreign keys that point upward."""

from types import SimpleNamespace
from typing import Any

from dev import records

HEIGHTS = {"core": 0, "accounts": 2, "paging": 5, "incidents": 7}


def field(name: str, target: Any = None) -> Any:
    return SimpleNamespace(name=name, remote_field=SimpleNamespace(model=target) if target else None)


def model(app: str, *fields: Any, classes: dict[str, str] | None = None) -> Any:
    meta = SimpleNamespace(app_label=app, local_fields=fields, local_many_to_many=(), parents={})
    made = type("Sample", (), {"_meta": meta, "FIELD_CLASSES": classes or {}})
    made.__module__ = f"tocsin.{app}.models"
    return made


def messages(found: Any) -> list[str]:
    return [each.message for each in found]


def test_unclassed_unknown_and_twice_classed_fields_are_found() -> None:
    sample = model("paging", field("id"), field("note"), classes={"none": "id id gone", "odd": ""})
    said = " ".join(messages(records.fields_are_classed(sample)))
    assert all(word in said for word in ("'note'", "'gone'", "'id' twice", "'odd'"))


def test_fully_classed_model_passes() -> None:
    sample = model("paging", field("id"), field("note"), classes={"none": "id", "content": "note"})
    assert messages(records.fields_are_classed(sample)) == []


def test_foreign_key_may_point_down_or_inside() -> None:
    person = model("accounts", field("id"))
    page = model("paging", field("person", person))
    step = model("paging", field("page", page))
    assert messages(records.keys_point_down(page, HEIGHTS)) == []
    assert messages(records.keys_point_down(step, HEIGHTS)) == []


def test_foreign_key_upward_or_out_of_the_house_is_found() -> None:
    incident = model("incidents", field("id"))
    stranger = model("auth", field("id"))
    assert messages(records.keys_point_down(model("paging", field("incident", incident)), HEIGHTS))
    assert messages(records.keys_point_down(model("paging", field("group", stranger)), HEIGHTS))


def test_heights_come_from_the_contract_that_is_enforced() -> None:
    heights = records.floors()
    assert heights["core"] == 0
    assert heights["channels"] == heights["forges"] < heights["items"] < heights["paging"] < heights["main"]
