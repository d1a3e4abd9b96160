"""The sample company's 39 data centres: four hubs, twelve regional sites and twenty-three small ones."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Size(StrEnum):
    """How much stands in a data centre."""

    HUB = "hub"
    REGIONAL = "regional"
    SMALL = "small"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One data centre; ``hub`` is the code of the hub that serves it (its own for a hub)."""

    code: str
    city: str
    zone: str
    size: Size
    hub: str


_HUBS = (
    ("waw", "Warsaw", "Europe/Warsaw"),
    ("fra", "Frankfurt", "Europe/Berlin"),
    ("iad", "Ashburn", "America/New_York"),
    ("sin", "Singapore", "Asia/Singapore"),
)
_REGIONAL = (
    ("vie", "Vienna", "Europe/Vienna", "waw"),
    ("prg", "Prague", "Europe/Prague", "waw"),
    ("ist", "Istanbul", "Europe/Istanbul", "waw"),
    ("lon", "London", "Europe/London", "fra"),
    ("ams", "Amsterdam", "Europe/Amsterdam", "fra"),
    ("mad", "Madrid", "Europe/Madrid", "fra"),
    ("jnb", "Johannesburg", "Africa/Johannesburg", "fra"),
    ("ord", "Chicago", "America/Chicago", "iad"),
    ("gru", "Sao Paulo", "America/Sao_Paulo", "iad"),
    ("bom", "Mumbai", "Asia/Kolkata", "sin"),
    ("nrt", "Tokyo", "Asia/Tokyo", "sin"),
    ("syd", "Sydney", "Australia/Sydney", "sin"),
)
_SMALL = (
    ("gdn", "Gdansk", "Europe/Warsaw", "waw"),
    ("krk", "Krakow", "Europe/Warsaw", "waw"),
    ("bud", "Budapest", "Europe/Budapest", "waw"),
    ("otp", "Bucharest", "Europe/Bucharest", "waw"),
    ("sof", "Sofia", "Europe/Sofia", "waw"),
    ("vno", "Vilnius", "Europe/Vilnius", "waw"),
    ("rix", "Riga", "Europe/Riga", "waw"),
    ("hel", "Helsinki", "Europe/Helsinki", "waw"),
    ("arn", "Stockholm", "Europe/Stockholm", "fra"),
    ("osl", "Oslo", "Europe/Oslo", "fra"),
    ("cph", "Copenhagen", "Europe/Copenhagen", "fra"),
    ("dub", "Dublin", "Europe/Dublin", "fra"),
    ("cdg", "Paris", "Europe/Paris", "fra"),
    ("mxp", "Milan", "Europe/Rome", "fra"),
    ("los", "Lagos", "Africa/Lagos", "fra"),
    ("nbo", "Nairobi", "Africa/Nairobi", "fra"),
    ("yyz", "Toronto", "America/Toronto", "iad"),
    ("mex", "Mexico City", "America/Mexico_City", "iad"),
    ("bog", "Bogota", "America/Bogota", "iad"),
    ("scl", "Santiago", "America/Santiago", "iad"),
    ("cgk", "Jakarta", "Asia/Jakarta", "sin"),
    ("mnl", "Manila", "Asia/Manila", "sin"),
    ("dxb", "Dubai", "Asia/Dubai", "sin"),
)

SITES: tuple[Site, ...] = (
    *(Site(code=code, city=city, zone=zone, size=Size.HUB, hub=code) for code, city, zone in _HUBS),
    *(Site(code=code, city=city, zone=zone, size=Size.REGIONAL, hub=hub) for code, city, zone, hub in _REGIONAL),
    *(Site(code=code, city=city, zone=zone, size=Size.SMALL, hub=hub) for code, city, zone, hub in _SMALL),
)
HUBS: tuple[Site, ...] = tuple(site for site in SITES if site.size is Size.HUB)
