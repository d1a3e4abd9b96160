"""What a crash story may not find, asked of the database and of those who received pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.channels.servers import Receiver
from tests.stories.fleet import Fleet

_WAITING = """
SELECT (SELECT count(*) FROM alerts_batch)
     + (SELECT count(*) FROM core_job WHERE failed_at IS NULL)
     + (SELECT count(*) FROM channels_delivery WHERE state IN ('pending', 'sending'))
     + (SELECT count(*) FROM paging_page WHERE next_step_at <= tocsin_now() AND state = 'open')
"""

# What is stored again word for word is stored as a repeat of the first.
_STORED = """
WITH again AS (
  SELECT integration_id, named.fingerprint, named.said_at, count(*) AS times
    FROM alerts_repeat, unnest(fingerprints, said_at) AS named (fingerprint, said_at) GROUP BY 1, 2, 3)
SELECT substr(source, 7)::int, sum(1 + coalesce(times, 0))::int
  FROM alerts_event AS event LEFT JOIN again ON again.integration_id = event.integration_id
   AND again.fingerprint = event.fingerprint AND again.said_at = event.received_at
 GROUP BY 1
"""

_MISCOUNTED = """
SELECT alert.fingerprint, sum(alert.count), (
         SELECT count(*) FROM alerts_delivered AS event
          WHERE event.fingerprint = alert.fingerprint AND event.integration_id = alert.integration_id)
  FROM alerts_alert AS alert GROUP BY alert.fingerprint, alert.integration_id
"""

_OPEN_TWICE = "SELECT fingerprint FROM alerts_alert WHERE state <> 'closed' GROUP BY 1 HAVING count(*) > 1"

_UNCALLED = """
SELECT count(*) FROM alerts_alert AS alert LEFT JOIN alerts_group AS owner ON owner.id = group_id
 WHERE alert.fingerprint LIKE 'db-%%' AND owner.needs_people_at IS NULL
"""

_PAGED = """
SELECT DISTINCT alert.fingerprint FROM alerts_alert AS alert
  JOIN alerts_group AS owner ON owner.id = alert.group_id
  JOIN paging_page AS page ON page.subject_id = owner.incident_id
  JOIN paging_notification AS told ON told.page_id = page.id AND told.purpose = 'page'
  JOIN channels_delivery AS delivery ON delivery.id = told.delivery_id AND delivery.state = 'sent'
 WHERE alert.fingerprint LIKE 'db-%%'
"""

_TELLINGS = """
SELECT 'page:' || told.uuid, page.subject_id || '/' || told.step || '/' || told.round || '/' || contact_id
  FROM paging_notification AS told JOIN paging_page AS page ON page.id = told.page_id
 WHERE purpose = 'page' AND contact_id IS NOT NULL
"""

_SAID_SENT = """
SELECT 'page:' || told.uuid
  FROM paging_notification AS told JOIN channels_delivery AS delivery ON delivery.id = delivery_id
 WHERE purpose = 'page' AND delivery.state = 'sent'
"""

# One that is over before its first call is in order where another of the same cause called: its alerts went there.
_UNPAGED_INCIDENTS = """
SELECT concat_ws(' ', 'INC-' || item.number, item.state, cause.key, 'pages:', (
         SELECT string_agg(concat_ws(' ', page.state, page.stop_reason), ', ')
           FROM paging_page AS page WHERE page.subject_id = item.uuid), 'journal:', (
         SELECT string_agg(kind, ' ' ORDER BY id) FROM journal_fact WHERE subject_id = item.uuid))
  FROM incidents_incident AS incident JOIN items_item AS item ON item.id = incident.item_id
  LEFT JOIN assets_service AS cause ON cause.id = incident.cause_id
 WHERE NOT EXISTS (
  SELECT 1 FROM paging_page AS page JOIN paging_notification AS told ON told.page_id = page.id
   WHERE page.subject_id = item.uuid)
   AND NOT (item.state = 'resolved' AND EXISTS (
  SELECT 1 FROM incidents_incident AS other JOIN items_item AS its ON its.id = other.item_id
    JOIN paging_page AS page ON page.subject_id = its.uuid JOIN paging_notification AS told ON told.page_id = page.id
   WHERE other.cause_id = incident.cause_id))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Empty lists are what everybody wants. Of all `calls`, `extra_calls` went under a key the receiver had.

    `unpaged` names fires, incidents, and pages that were recorded as sent and that nobody received.
    """

    lost: list[int]
    stored_twice: list[int]
    miscounted: list[str]
    unpaged: list[str]
    paged_twice: list[str]
    extra_calls: int
    calls: int

    def faults(self) -> dict[str, int]:
        """How many of each, without what is in order."""
        names = ("lost", "stored_twice", "miscounted", "unpaged", "paged_twice")
        return {name: len(getattr(self, name)) for name in names if getattr(self, name)}


def is_quiet(fleet: Fleet) -> bool:
    """Whether every fire that is known has called for people, and nothing waits to be done any more."""
    return bool(fleet.one(_UNCALLED) == 0 and fleet.one(_WAITING) == 0)


def judge(fleet: Fleet, acknowledged: Sequence[int], receiver: Receiver, *, fires: int) -> Verdict:
    """Compare what was promised with what is there."""
    stored = dict(fleet.rows(_STORED))
    open_twice = [row[0] for row in fleet.rows(_OPEN_TWICE)]
    paged = {row[0] for row in fleet.rows(_PAGED)}
    unpaged = [f"db-{number}" for number in range(fires) if f"db-{number}" not in paged]
    keys = [line["key"] for line in fleet.lines() if line["kind"] == "page"]
    keys += [request.headers["webhook-id"] for request in receiver.requests if b'"tocsin.page"' in request.body]
    unheard = [row[0] for row in fleet.rows(_SAID_SENT) if row[0] not in keys]
    return Verdict(
        lost=[number for number in acknowledged if number not in stored],
        stored_twice=[number for number, count in stored.items() if count > 1],
        miscounted=open_twice + [row[0] for row in fleet.rows(_MISCOUNTED) if row[1] != row[2]],
        unpaged=unpaged + unheard + [row[0] for row in fleet.rows(_UNPAGED_INCIDENTS)],
        paged_twice=_paged_twice(fleet, set(keys)),
        extra_calls=len(keys) - len(set(keys)),
        calls=len(keys),
    )


def _paged_twice(fleet: Fleet, keys: set[str]) -> list[str]:
    """Tellings (incident, step, round, contact) that were received under more than one key, and keys nobody wrote."""
    tellings = dict(fleet.rows(_TELLINGS))
    counted = Counter(tellings.get(key, f"unknown {key}") for key in keys)
    return [telling for telling, count in counted.items() if count > 1 or telling.startswith("unknown")]
