"""What the sample company runs: some 600 services in layers, each standing on the ones beneath.

Switches carry hosts, hosts carry databases, queues and services, services call each other inwards, gateways and
products stand at the edge. A dependency always points to a lower layer, so there are no circles. Everything is a fixed
function of the tables below: no randomness, the same estate each time.
"""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.main.apply.document import Service
from tocsin.main.demo.sites import HUBS, SITES, Site, Size

_SWITCHES = {Size.HUB: 3, Size.REGIONAL: 2, Size.SMALL: 1}
_HOSTS = {Size.HUB: 9, Size.REGIONAL: 2, Size.SMALL: 1}
_CARRIERS = 54

_STORES = (
    ("accounts-db", "database", 1),
    ("routing-db", "database", 1),
    ("messages-db", "database", 1),
    ("billing-db", "database", 1),
    ("reports-db", "database", 3),
    ("session-cache", "database", 2),
    ("routing-cache", "database", 2),
    ("mt-queue", "queue", 1),
    ("dlr-queue", "queue", 2),
    ("events-queue", "queue", 3),
    ("billing-queue", "queue", 2),
)
"""Stateful services of each hub: name, kind, tier."""

_CORE: tuple[tuple[str, str, int, tuple[str, ...]], ...] = (
    ("auth", "identity", 1, ("accounts-db", "session-cache")),
    ("opt-out", "identity", 2, ("accounts-db",)),
    ("rate-limiter", "platform", 2, ("session-cache",)),
    ("number-lookup", "sms", 2, ("routing-db", "routing-cache")),
    ("number-portability", "sms", 2, ("routing-db", "number-lookup")),
    ("spam-filter", "sms", 2, ("routing-cache",)),
    ("fraud-guard", "billing", 2, ("accounts-db", "events-queue")),
    ("templates", "chat", 3, ("accounts-db",)),
    ("media-store", "chat", 3, ("messages-db",)),
    ("url-shortener", "portal", 4, ("session-cache",)),
    ("wallet", "billing", 1, ("billing-db", "accounts-db")),
    ("rating", "billing", 1, ("billing-db", "billing-queue", "wallet")),
    ("cdr-writer", "billing", 2, ("billing-queue", "billing-db")),
    ("dlr-tracker", "delivery", 2, ("dlr-queue", "messages-db")),
    ("webhooks", "delivery", 2, ("events-queue", "dlr-tracker")),
    (
        "sms-router",
        "sms",
        1,
        ("routing-db", "routing-cache", "mt-queue", "spam-filter", "number-portability", "rating"),
    ),
    ("whatsapp-router", "chat", 1, ("routing-db", "mt-queue", "templates", "rating")),
    ("viber-router", "chat", 2, ("routing-db", "mt-queue", "templates", "rating")),
    ("rcs-router", "chat", 2, ("routing-db", "mt-queue", "templates", "rating")),
    ("voice-router", "voice", 1, ("routing-db", "routing-cache", "rating")),
    ("sms-sender", "sms", 1, ("sms-router", "mt-queue", "dlr-tracker")),
    ("whatsapp-sender", "chat", 1, ("whatsapp-router", "media-store", "dlr-tracker")),
    ("viber-sender", "chat", 2, ("viber-router", "media-store", "dlr-tracker")),
    ("rcs-sender", "chat", 2, ("rcs-router", "media-store", "dlr-tracker")),
    ("voice-dialer", "voice", 1, ("voice-router", "events-queue")),
    ("otp-verify", "identity", 1, ("auth", "sms-sender", "voice-dialer")),
    ("campaigns", "portal", 3, ("auth", "sms-sender", "whatsapp-sender", "opt-out")),
    ("scheduler", "portal", 3, ("campaigns", "events-queue")),
    ("audience", "portal", 3, ("accounts-db", "opt-out")),
    ("reporting", "portal", 4, ("reports-db", "events-queue")),
    ("inbox", "chat", 3, ("messages-db", "webhooks")),
)
"""Stateless services of each hub: name, team, tier and what they call inside their hub."""

_PRODUCTS: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("product-sms", 1, ("api-gw", "sms-sender")),
    ("product-whatsapp", 1, ("api-gw", "whatsapp-sender")),
    ("product-viber", 2, ("api-gw", "viber-sender")),
    ("product-rcs", 2, ("api-gw", "rcs-sender")),
    ("product-voice", 1, ("api-gw", "voice-dialer")),
    ("product-verify", 1, ("api-gw", "otp-verify")),
)
"""What customers of each hub buy: name, tier and what it stands on inside the hub."""

_SHARED: tuple[tuple[str, str, int, tuple[str, ...]], ...] = (
    ("ldap", "identity", 2, ()),
    ("ci", "platform", 4, ("ldap",)),
    ("artifact-store", "platform", 4, ("ldap",)),
    ("vpn", "network", 3, ("ldap",)),
    ("ticketing", "noc", 3, ("ldap",)),
    ("customer-portal", "portal", 1, ("auth-waw", "campaigns-waw", "reporting-waw", "api-gw-waw")),
    ("billing-portal", "billing", 2, ("auth-waw", "wallet-waw", "cdr-writer-waw")),
    ("partner-portal", "portal", 3, ("auth-fra", "reporting-fra")),
    ("docs-site", "portal", 4, ()),
)
"""What the company has once, standing in Warsaw or Frankfurt."""


def services() -> tuple[Service, ...]:
    """Give the whole estate, lower layers first."""
    found: list[Service] = []
    for site in SITES:
        found += _ground(site)
    for hub in HUBS:
        found += _hub_services(hub)
    for site in SITES:
        found += _edge(site)
    for hub in HUBS:
        found += _hub_products(hub)
    found += _carriers()
    found += _shared()
    return tuple(found)


def _service(
    key: str, site: Site, *, team: str, tier: int, kind: str, depends_on: tuple[str, ...], name: str = ""
) -> Service:
    return Service(
        key=key,
        name=name or f"{key.removesuffix(f'-{site.code}').replace('-', ' ').capitalize()}, {site.city}",
        team=team,
        tier=tier,
        kind=kind,
        site=site.code,
        depends_on=tuple(sorted(set(depends_on))),
    )


def _ground(site: Site) -> Iterator[Service]:
    """Give switches, the edge router, hosts and the resolver: what everything else of a site stands on."""
    tier = 1 if site.size is Size.HUB else 2
    switches = [f"core-sw-{site.code}-{number:02d}" for number in range(1, _SWITCHES[site.size] + 1)]
    for number, key in enumerate(switches, 1):
        name = f"Core switch {number}, {site.city}"
        yield _service(key, site, team="network", tier=tier, kind="switch", depends_on=(), name=name)
    yield _service(f"edge-rtr-{site.code}", site, team="network", tier=tier, kind="switch", depends_on=())
    for place in range(_HOSTS[site.size]):
        switch = switches[place % len(switches)]
        name = f"Host {place + 1}, {site.city}"
        key = f"host-{site.code}-{place + 1:02d}"
        yield _service(key, site, team="platform", tier=2, kind="host", depends_on=(switch,), name=name)
    if site.size is not Size.SMALL:
        yield _service(f"dns-{site.code}", site, team="network", tier=2, kind="service", depends_on=(_host(site, 0),))


def _host(site: Site, place: int) -> str:
    """Give the host that carries the service at a place of the site's list: round and round."""
    return f"host-{site.code}-{place % _HOSTS[site.size] + 1:02d}"


def _hub_services(hub: Site) -> Iterator[Service]:
    place = 1
    for name, kind, tier in _STORES:
        above = (_host(hub, place),)
        # Accounts are written in Warsaw and copied to the other hubs: the one dependency between hubs.
        origin = ("accounts-db-waw",) if name == "accounts-db" and hub.code != "waw" else ()
        yield _service(f"{name}-{hub.code}", hub, team="data", tier=tier, kind=kind, depends_on=(*above, *origin))
        place += 1
    for name, team, tier, calls in _CORE:
        inside = tuple(f"{callee}-{hub.code}" for callee in calls)
        on = (_host(hub, place), f"dns-{hub.code}")
        yield _service(f"{name}-{hub.code}", hub, team=team, tier=tier, kind="service", depends_on=(*inside, *on))
        place += 1


def _edge(site: Site) -> Iterator[Service]:
    """Give the gateways of a site, which bring traffic to the hub that serves it, and the probe that watches them."""
    smpp, inwards = f"smpp-gw-{site.code}", (f"sms-router-{site.hub}", f"auth-{site.hub}")
    on = (f"edge-rtr-{site.code}", _host(site, 3), *inwards)
    yield _service(smpp, site, team="carriers", tier=1, kind="gateway", depends_on=on)
    if site.size is not Size.SMALL:
        yield from _larger_edge(site)
    if site.size is Size.REGIONAL:
        inside = (_host(site, 1), f"dlr-queue-{site.hub}", f"webhooks-{site.hub}")
        yield _service(f"relay-{site.code}", site, team="delivery", tier=2, kind="service", depends_on=inside)
    yield _service(f"probe-{site.code}", site, team="noc", tier=4, kind="service", depends_on=(smpp,))


def _larger_edge(site: Site) -> Iterator[Service]:
    """Give the gateways that only hubs and regional sites have."""
    rtr, hub = f"edge-rtr-{site.code}", site.hub
    for name, team, tier, on in (
        ("api-gw", "edge", 1, (rtr, _host(site, 4), f"auth-{hub}", f"rate-limiter-{hub}")),
        ("ss7-gw", "carriers", 1, (_host(site, 5), f"sms-sender-{hub}")),
        ("sip-gw", "voice", 2, (rtr, _host(site, 6), f"voice-router-{hub}")),
    ):
        yield _service(f"{name}-{site.code}", site, team=team, tier=tier, kind="gateway", depends_on=on)


def _hub_products(hub: Site) -> Iterator[Service]:
    for name, tier, on in _PRODUCTS:
        inside = tuple(f"{callee}-{hub.code}" for callee in on)
        yield _service(f"{name}-{hub.code}", hub, team="noc", tier=tier, kind="service", depends_on=inside)


def _carriers() -> Iterator[Service]:
    """Give the foreign networks messages go to; each is reached through the gateway of one site."""
    for number in range(1, _CARRIERS + 1):
        site = SITES[number % len(SITES)]
        yield _service(
            f"carrier-sample-{number:02d}",
            site,
            team="carriers",
            tier=3,
            kind="external",
            depends_on=(f"smpp-gw-{site.code}",),
            name=f"Sample carrier {number}",
        )


def _shared() -> Iterator[Service]:
    waw, fra = HUBS[0], HUBS[1]
    for place, (key, team, tier, calls) in enumerate(_SHARED):
        site = fra if any(callee.endswith("-fra") for callee in calls) else waw
        on = (*calls, _host(site, place + 2))
        yield _service(key, site, team=team, tier=tier, kind="service", depends_on=on)
