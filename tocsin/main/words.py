"""Which room words which kind of fact: plugged into the journal by `wiring`."""

from __future__ import annotations

from tocsin.accounts import wording as accounts
from tocsin.alerts import wording as alerts
from tocsin.assets import wording as assets
from tocsin.channels import wording as channels
from tocsin.deployments import wording as deployments
from tocsin.gateways import wording as gateways
from tocsin.incidents import wording as incidents
from tocsin.items import wording as items
from tocsin.journal import ports
from tocsin.main import wording as main
from tocsin.oncall import wording as oncall
from tocsin.paging import wording as paging


def plug() -> None:
    """Tell the journal the words of every room."""
    rooms = (accounts, alerts, assets, channels, deployments, gateways, incidents, items, main, oncall, paging)
    ports.plug_wordings({kind: say for room in rooms for kind, say in room.FACTS.items()})
