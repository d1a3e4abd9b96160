"""A disk that fills up: people are told, and of the event log as much is kept as there is room for."""

from __future__ import annotations

import socket
from uuid import NAMESPACE_DNS, uuid5

from django.db import transaction

from tocsin.accounts.rules import ENGINE
from tocsin.alerts import actions as alerts
from tocsin.alerts.intake import fill_of, holds_database
from tocsin.core.config import Config
from tocsin.core.refs import Ref
from tocsin.journal.actions import record
from tocsin.main import facts


def guard(config: Config) -> int:
    """Look at this node's disk; zero, for there is nothing to go on with at once."""
    node = f"{socket.gethostname()}:{config.port}"
    has_database = holds_database(config.data_dir)
    _tell(node, fill_of(config.data_dir), has_database=has_database)
    if has_database:
        _shorten(config, node)
    return 0


@transaction.atomic
def _tell(node: str, fill: float, *, has_database: bool) -> None:
    news = alerts.tell_disk(node, fill, has_database=has_database)
    if news is alerts.DiskNews.BECAME_LOW:
        record(facts.DiskLow(node=node, percent=int(fill * 100)), actor=ENGINE, subject=_subject(node))
    elif news is alerts.DiskNews.EASED:
        record(facts.DiskEased(node=node, percent=int(fill * 100)), actor=ENGINE, subject=_subject(node))


def _shorten(config: Config, node: str) -> None:
    """A day at a time, the oldest first, until there is room or no more may go."""
    while (fill := fill_of(config.data_dir)) >= config.disk_low_percent / 100:
        with transaction.atomic():
            dropped = alerts.drop_oldest_day()
            if dropped is None:
                return
            day, left = dropped
            fact = facts.EventLogShortened(node=node, day=day.isoformat(), days=left, percent=int(fill * 100))
            record(fact, actor=ENGINE, subject=_subject(node))


def _subject(node: str) -> Ref:
    return Ref("main.node", uuid5(NAMESPACE_DNS, node))
