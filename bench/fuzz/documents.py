"""An OpenAPI document for each wire: the product's own where it is at hand, else one made of our decoders' types."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import httpx
import msgspec

from tests.alerts.payload import payloads
from tests.gateways.addresses import Address, addresses
from tests.gateways.alertmanager.programs import ALERTMANAGER, published

Document = dict[str, Any]


def documents(url: str) -> dict[str, Document]:
    """By wire."""
    by_wire: dict[str, list[Address]] = defaultdict(list)
    for address in addresses():
        by_wire[address.wire].append(address)
    own = httpx.get(f"{url}/api/v1/openapi.json", timeout=30).json()
    found = {wire: _made(wire, known) for wire, known in by_wire.items() if wire != "api"}
    if ALERTMANAGER is not None:
        found["alertmanager"] = published()
    return {**found, "api": own}


def _made(wire: str, known: Iterable[Address]) -> Document:
    types = _types()
    _, components = msgspec.json.schema_components(list(types.values()), ref_template="#/components/schemas/{name}")
    paths: Document = defaultdict(dict)
    for address in known:
        path, _, query = address.path.partition("?")
        schema = _schema(address, types)
        operation: Document = {"responses": {"default": {"description": "Whatever it is."}}}
        if address.method not in {"GET", "DELETE"}:
            content = {"application/json": {"schema": schema}}
            operation["requestBody"] = {"required": True, "content": content}
        if query:
            name, _, value = query.partition("=")
            text = {"type": "string", "enum": [value, "id", "tiny"]}
            operation["parameters"] = [{"name": name, "in": "query", "required": True, "schema": text}]
        paths[path][address.method.lower()] = operation
    head = {"openapi": "3.1.0", "info": {"title": wire, "version": "1"}}
    return {**head, "paths": dict(paths), "components": {"schemas": components}}


def _types() -> dict[str, type]:
    """What is posted, by the decoder that reads it; the last one is for every other write."""
    from tocsin.alerts.sources.generic import Given
    from tocsin.gateways.opsgenie.bodies import Write
    from tocsin.gateways.opsgenie.decode import Act, Create
    from tocsin.gateways.opsgenie.heartbeats_views import Body
    from tocsin.gateways.pagerduty.decode import Change, Event

    return {
        "opsgenie": Create,
        "opsgenie/close": Act,
        "pagerduty": Event,
        "pagerduty/change": Change,
        "in/generic": Given,
        "heartbeats": Body,
        "": Write,
    }


def _schema(address: Address, types: dict[str, type]) -> Document:
    if address.decoder.startswith("in/") and address.decoder not in types:
        return _like(
            [each.given["body"] for each in payloads() if f"in/{each.kind}" == address.decoder and "body" in each.given]
        )
    kind = types.get(address.decoder) or types.get(address.wire) or types[""]
    (reference,), _ = msgspec.json.schema_components([kind], ref_template="#/components/schemas/{name}")
    found: Document = reference
    return found


def _like(samples: list[Any]) -> Document:
    """A schema of what looks like some samples: the same parts, with values of the same types or of none."""
    objects = [each for each in samples if isinstance(each, dict)]
    lists = [each for each in samples if isinstance(each, list)]
    kinds = sorted({json_type(each) for each in samples} | {"null"})
    found: Document = {"type": kinds}
    if objects:
        names = {name: [each[name] for each in objects if name in each] for each in objects for name in each}
        found["properties"] = {name: _like(values) for name, values in names.items()}
        found["required"] = [name for name, values in names.items() if len(values) == len(samples)]
    if lists:
        found["items"] = _like([one for each in lists for one in each])
    return found


def json_type(value: Any) -> str:
    """JSON's name for it."""
    names = {"{": "object", "[": "array", '"': "string", "t": "boolean", "f": "boolean", "n": "null"}
    return names.get(json.dumps(value)[0], "number")
