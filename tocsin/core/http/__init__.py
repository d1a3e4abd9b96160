"""Outgoing HTTP that cannot be turned inward: the only way out for addresses that people may type.

`targets` decides which addresses may be reached (pure), `client` resolves once, connects to what was checked, and
limits time and size. Read `targets.py` first.
"""

from tocsin.core.http.client import Answer, Client, HttpError
from tocsin.core.http.targets import Targets, parse_targets

__all__ = ["Answer", "Client", "HttpError", "Targets", "parse_targets"]
