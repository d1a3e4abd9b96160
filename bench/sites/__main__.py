"""`python -m bench.sites [--alerts N] [--groups N] [--seconds N] [--json FILE]`: many sites in trouble at once.

100,000 distinct alerts in 60 s from the Prometheus of 39 sites, in 500 groups (a database and what calls it) that have
nothing to do with each other. When is everything stored and digested, how long after its first alert is somebody paged
about each, how many incidents are made of them, and how much memory does the whole node take, PostgreSQL included?
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from bench.figures import tell
from bench.memory import Memory
from bench.sites import company
from tocsin.main.demo.node import choose_port, running_node, wait_ready
from tocsin.main.progress import measured

if TYPE_CHECKING:
    from tocsin.core.config import Config

WITHIN_S = 240.0
Figures = dict[str, float | int]


def measure(config: Config, given: argparse.Namespace, console: Console) -> Figures:
    """Send everything to a fresh node; Django is set up by now."""
    from tocsin.accounts.rules import SYSTEM
    from tocsin.core import clock
    from tocsin.main.apply import execute
    from tocsin.main.demo import figures
    from tocsin.main.demo.session import Session

    written = company.company(given.groups)
    with measured(console, "Company applied") as progress:
        applied = execute.apply(written, file="company.yaml", actor=SYSTEM, progress=progress)
    wait_ready(config)
    alerts = company.deliveries(given.alerts, given.groups, given.seconds, given.seed)
    session = Session(url=config.url, secrets=applied.secrets, epoch=clock.now(), console=console)
    with Memory() as memory:
        with measured(console, "Alerts sent", len(alerts)) as progress:
            tally = session.send(alerts, progress, speed=1.0)
        while figures.waiting() and time.perf_counter() - tally.started_at < WITHIN_S:
            time.sleep(0.1)
        digested_s = time.perf_counter() - tally.started_at
        while len(_first_pages()) < given.groups and time.perf_counter() - tally.started_at < WITHIN_S:
            time.sleep(1.0)
    after = sorted(_first_pages().values())
    return {
        "accepted": tally.accepted,
        "sent_again": tally.retries,
        "last_answer_s": round(tally.wall_s, 1),
        "digested_s": round(digested_s, 1),
        "groups_paged": len(after),
        "first_page_median_s": round(after[len(after) // 2], 1) if after else -1.0,
        "first_page_p95_s": round(after[int(0.95 * (len(after) - 1))], 1) if after else -1.0,
        "first_page_slowest_s": round(after[-1], 1) if after else -1.0,
        "incidents": len(figures.named(config.url)),
        "pages": len(figures.woken()),
        "peak_mib": round(memory.peak_mib),
    }


def _first_pages() -> dict[str, float]:
    """By database, the seconds from its first alert to its first page."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_FIRST_PAGES)
        return {service: float(after_s) for service, after_s in cursor.fetchall()}


_FIRST_PAGES = """
SELECT s.key, extract(epoch FROM min(d.finished_at) - min(first.at))
FROM assets_service s
JOIN LATERAL (SELECT min(a.first_at) AS at FROM alerts_alert a WHERE a.service_id = s.id) first ON true
JOIN alerts_group g ON g.id IN (SELECT a.group_id FROM alerts_alert a WHERE a.service_id = s.id)
JOIN paging_page p ON p.subject_id = g.incident_id
JOIN paging_notification n ON n.page_id = p.id
JOIN channels_delivery d ON d.id = n.delivery_id AND d.kind = 'page' AND d.state = 'sent'
WHERE s.kind = 'database'
GROUP BY s.key
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.sites", description=__doc__)
    parser.add_argument("--alerts", type=int, default=100_000, help="distinct alerts; default 100,000")
    parser.add_argument("--groups", type=int, default=500, help="databases in trouble; default 500")
    parser.add_argument("--seconds", type=float, default=60.0, help="over how long; default 60")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the figures there too")
    given = parser.parse_args()
    console = Console()
    with (
        tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder,
        running_node(Path(folder), choose_port(0)) as config,
    ):
        found = measure(config, given, console)
    tell(console, found, given.json)


if __name__ == "__main__":
    main()
