"""What each kind of thing reports when it breaks, when what it stands on breaks, and when nothing much is wrong.

Several dialects on purpose: teams name their alerts differently, and no name says which service is the cause.
"""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.main.demo.delivery import Sender, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """One alert rule: its name, its severity, its sentence, and whether it can say which callee it waits for."""

    name: str
    severity: Severity
    text: str
    names_peer: bool = False


def _symptom(name: str, severity: Severity, text: str, *, names_peer: bool = False) -> Symptom:
    return Symptom(name=name, severity=severity, text=text, names_peer=names_peer)


_C, _MA, _W = Severity.CRITICAL, Severity.MAJOR, Severity.WARNING

OWN: dict[str, tuple[Symptom, ...]] = {
    "switch": (
        _symptom("UplinkDown", _C, "{service}: uplink port {n} is down"),
        _symptom("BgpSessionDown", _C, "{service}: BGP session {n} left Established"),
        _symptom("InterfaceErrors", _MA, "{service}: {n} input errors a minute on Eth1/49"),
    ),
    "host": (
        _symptom("HostUnreachable", _C, "{service} does not answer ping"),
        _symptom("PacketLoss", _MA, "{service}: {n} % packets lost"),
    ),
    "database": (
        _symptom("DiskSaturated", _C, "{service}: disk busy {n} %"),
        _symptom("ReplicationStopped", _C, "{service}: replica stopped {n} s ago"),
        _symptom("LockWaits", _MA, "{service}: {n} sessions wait for locks"),
    ),
    "queue": (
        _symptom("BrokerDown", _C, "{service}: broker {n} left the cluster"),
        _symptom("UnderReplicated", _MA, "{service}: {n} partitions under-replicated"),
    ),
    "service": (
        _symptom("CrashLoop", _C, "{service}: {n} restarts in 5 minutes"),
        _symptom("MemoryExhausted", _MA, "{service}: memory at {n} %"),
    ),
    "gateway": (
        _symptom("ListenerDown", _C, "{service}: listener refuses connections"),
        _symptom("CpuSaturated", _MA, "{service}: CPU at {n} %"),
    ),
    "external": (_symptom("CarrierOutage", _MA, "{service} announces an outage"),),
}
"""What the failing thing itself may report."""

CAUGHT: dict[str, tuple[Symptom, ...]] = {
    "switch": (_symptom("LinkFlap", _MA, "{service}: link flapped {n} times"),),
    "host": (
        _symptom("HostUnreachable", _C, "{service} does not answer ping", names_peer=True),
        _symptom("NodeExporterDown", _MA, "scrape of {service} failed"),
        _symptom("PacketLoss", _MA, "{service}: {n} % packets lost", names_peer=True),
    ),
    "database": (
        _symptom("InstanceDown", _C, "scrape of {service} failed"),
        _symptom("ReplicationLag", _MA, "{service}: replica is {n} s behind"),
        _symptom("ConnectionErrors", _MA, "{service}: {n} connections reset a minute", names_peer=True),
        _symptom("QueryLatencyHigh", _MA, "{service}: p99 of queries {n} ms"),
    ),
    "queue": (
        _symptom("InstanceDown", _C, "scrape of {service} failed"),
        _symptom("ConsumerLag", _MA, "{service}: consumers {n} messages behind"),
        _symptom("UnderReplicated", _MA, "{service}: {n} partitions under-replicated"),
    ),
    "service": (
        _symptom("HighErrorRate", _C, "{service}: {n} % of requests fail"),
        _symptom("UpstreamTimeout", _MA, "{service}: timeouts calling upstream, {n} a minute", names_peer=True),
        _symptom("LatencyP99High", _MA, "{service}: p99 {n} ms"),
        _symptom("ReadinessFailing", _MA, "{service}: readiness probe fails"),
        _symptom("RetryBudgetSpent", _W, "{service}: retry budget spent", names_peer=True),
        _symptom("ThreadPoolFull", _W, "{service}: {n} requests wait for a worker"),
    ),
    "gateway": (
        _symptom("SubmitFailures", _C, "{service}: {n} % of submits rejected", names_peer=True),
        _symptom("BindLost", _MA, "{service}: bind {n} lost"),
        _symptom("DlrDelay", _MA, "{service}: delivery reports {n} s late"),
        _symptom("UpstreamTimeout", _MA, "{service}: upstream answers too late", names_peer=True),
        _symptom("SessionDrop", _W, "{service}: {n} sessions dropped"),
    ),
    "external": (_symptom("TrafficDrop", _W, "{service}: traffic {n} % below normal"),),
}
"""What a thing may report because something it depends on is broken."""

OVERLOADED: dict[str, tuple[Symptom, ...]] = {
    "database": (_symptom("ConnectionPoolFull", _MA, "{service}: {n} clients wait for a connection"),),
    "queue": (_symptom("QueueDepthHigh", _MA, "{service}: {n} messages waiting"),),
    "service": (_symptom("RequestRateHigh", _W, "{service}: {n} times the usual requests"),),
}
"""What a healthy thing may report because callers in trouble retry against it."""

NOISE: dict[str, tuple[Symptom, ...]] = {
    "switch": (_symptom("FanSpeed", _W, "{service}: fan {n} slow"),),
    "host": (_symptom("DiskUsageHigh", _W, "{service}: /var at {n} %"),),
    "database": (_symptom("SlowQueries", _W, "{service}: {n} slow queries"),),
    "queue": (_symptom("RetentionNearLimit", _W, "{service}: retention at {n} %"),),
    "service": (
        _symptom("GcPause", _W, "{service}: collector paused {n} ms"),
        _symptom("CertificateExpires", Severity.MINOR, "{service}: certificate expires in {n} days"),
        _symptom("MemoryHigh", _W, "{service}: memory at {n} %"),
        _symptom("LatencyP99High", _W, "{service}: p99 {n} ms"),
    ),
    "gateway": (_symptom("BindReset", _W, "{service}: bind {n} reset by carrier"),),
    "external": (_symptom("TrafficDrop", Severity.MINOR, "{service}: traffic {n} % below normal"),),
}
"""What a thing may report on any day of the year."""

_BY_KIND = {
    "switch": ("netmon", Sender.OPSGENIE),
    "gateway": ("gateways", Sender.OPSGENIE),
    "external": ("synthetics", Sender.PAGERDUTY),
}


def sender_of(kind: str, service: str, hub: str) -> tuple[str, Sender]:
    """Give the integration and wire format that watches a service of a kind, served by a hub."""
    if service.startswith(("product-", "probe-")):
        return "synthetics", Sender.PAGERDUTY
    return _BY_KIND.get(kind, (f"prometheus-{hub}", Sender.ALERTMANAGER))
