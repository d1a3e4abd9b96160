"""Which room words which kind of fact: plugged into the journal by `wiring`."""

from __future__ import annotations

from tocsin.accounts import wording as accounts
from tocsin.assets import wording as assets
from tocsin.journal import ports
from tocsin.oncall import wording as oncall
from tocsin.paging import wording as paging


def plug() -> None:
    """Tell the journal the words of every room."""
    ports.plug_wordings({**accounts.FACTS, **assets.FACTS, **oncall.FACTS, **paging.FACTS})
