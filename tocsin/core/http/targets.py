"""Which addresses an outgoing call may reach: pure, and our own list.

Python's `ipaddress` is no judge of this: in 3.11 `is_global` is true for the NAT64 form of the metadata address, for
6to4 forms of loopback, for `fec0::1` and for multicast. The lists here are the IANA IPv4 and IPv6 Special-Purpose
Address Registries, and for IPv6 everything that is not allocated as global unicast.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

OPEN_PORTS = frozenset({80, 443, 8000, 8080, 8443})
"""Where web servers listen; other ports are other protocols, which a POST must not be able to speak to."""

CLOSED_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link local, with the clouds' metadata service
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
OPEN_V6 = IPv6Network("2000::/3")
CLOSED_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
MAPPED = IPv6Network("::ffff:0:0/96")
NAT64 = IPv6Network("64:ff9b::/96")
SIX_TO_FOUR = IPv6Network("2002::/16")


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Internal targets that the operator allows: host names, `(host, port)` pairs, and networks."""

    hosts: frozenset[str] = frozenset()
    host_ports: frozenset[tuple[str, int]] = frozenset()
    networks: tuple[Network, ...] = ()

    def refusal(self, host: str, port: int, addresses: Iterable[str]) -> str:
        """Why `host` may not be called when it resolves to `addresses`, or "" when it may.

        Every address must be allowed: which one is connected to must not matter.
        """
        name = host.lower().rstrip(".")
        if name in self.hosts or (name, port) in self.host_ports:
            return ""
        inside = True
        for text in addresses:
            address = innermost(ip_address(text.partition("%")[0]))
            if any(address in network for network in self.networks):
                continue
            inside = False
            if is_closed(address):
                return f"{host} is {text}, which is not a public address."
        if not inside and port not in OPEN_PORTS:
            return f"Port {port} is not one of {', '.join(map(str, sorted(OPEN_PORTS)))}."
        return ""


def innermost(address: Address) -> Address:
    """The IPv4 address inside a mapped, NAT64 or 6to4 IPv6 address, else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in MAPPED or address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address in SIX_TO_FOUR:
        return IPv4Address((int(address) >> 80) & 0xFFFFFFFF)
    return address


def is_closed(address: Address) -> bool:
    """Whether a public service cannot live at this (innermost) address."""
    if isinstance(address, IPv4Address):
        return any(address in network for network in CLOSED_V4)
    return address not in OPEN_V6 or any(address in network for network in CLOSED_V6)


def parse_targets(text: str) -> Targets:
    """Targets from the setting: names, `name:port`, addresses and networks, separated by commas.

    Raises ValueError with the entry that cannot be understood.
    """
    hosts: set[str] = set()
    host_ports: set[tuple[str, int]] = set()
    networks: list[Network] = []
    for entry in filter(None, (part.strip().lower() for part in text.split(","))):
        try:
            networks.append(ip_network(entry, strict=False))
            continue
        except ValueError:
            host, _, port = entry.partition(":")
        if not host or "/" in entry or (port and not port.isascii()) or (port and not port.isdigit()):
            raise ValueError(f"“{entry}” is no host, host:port, address or network.")
        if port:
            host_ports.add((host.rstrip("."), int(port)))
        else:
            hosts.add(host.rstrip("."))
    return Targets(hosts=frozenset(hosts), host_ports=frozenset(host_ports), networks=tuple(networks))
