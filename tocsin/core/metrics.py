"""What /metrics shows. Names are declared here once, so that none is spelt two ways."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

registry = CollectorRegistry()

INTAKE_ACCEPTED = Counter(
    "tocsin_intake_accepted_total", "Events acknowledged after they were stored.", ["wire"], registry=registry
)
INTAKE_REFUSED = Counter(
    "tocsin_intake_refused_total", "Requests refused, by wire and reason.", ["wire", "reason"], registry=registry
)
INTAKE_COMMIT_S = Histogram("tocsin_intake_commit_seconds", "Time of one group commit.", registry=registry)
INTAKE_WAITING = Gauge("tocsin_intake_waiting_events", "Events that wait for their commit.", registry=registry)
DATABASE_UP = Gauge("tocsin_database_up", "1 when the database answers this node, else 0.", registry=registry)
INTAKE_SPOOLED = Gauge(
    "tocsin_intake_spooled_events",
    "Events acknowledged from this node's disk that wait for the database.",
    registry=registry,
)
INTAKE_SPOOL_BYTES = Gauge("tocsin_intake_spool_bytes", "What the spool takes on this node's disk.", registry=registry)
DISK_FILL = Gauge(
    "tocsin_disk_fill_ratio",
    "How full the disk of this node's data is, 0 to 1: the spool's, and the embedded database's.",
    registry=registry,
)
INTAKE_SPOOL_DAMAGED = Counter(
    "tocsin_intake_spool_damaged_total",
    "Segments and deliveries of the spool that could not be stored; files *.bad.",
    registry=registry,
)
LIVE_STREAMS = Gauge("tocsin_live_streams", "Open live streams of this node.", registry=registry)
QUEUE_DUE = Gauge(
    "tocsin_queue_due_jobs", "Jobs that are due and not done; NaN when the database is away.", registry=registry
)
QUEUE_FAILED = Gauge("tocsin_queue_failed_jobs", "Jobs given up; NaN when the database is away.", registry=registry)
QUEUE_LATENESS_S = Gauge(
    "tocsin_queue_lateness_seconds", "How late the oldest due job is; NaN when the database is away.", registry=registry
)
