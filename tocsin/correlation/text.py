"""Evidence in plain English, for the command line. Screens render kind and parameters in the reader's language."""

from .model import Evidence, EvidenceKind

_SENTENCES: dict[EvidenceKind, str] = {
    EvidenceKind.OWN_SIGNAL: "{service} itself raises {class} trouble ({rule}), {after_s} s after the onset",
    EvidenceKind.CALLERS_FAIL: "{services} services that depend on it fail too, such as {example}",
    EvidenceKind.CALLERS_NAME_IT: "{services} services name it in their alerts, such as {example}",
    EvidenceKind.TRAFFIC_FALLS: "less work arrives at {services} services below, such as {example}",
    EvidenceKind.SAME_BURST: "{services} services fail in the same burst; nothing is known about who calls whom",
    EvidenceKind.CHANGED: "{change} on {service} {before_s} s before the onset: {text}",
    EvidenceKind.CAME_FIRST: "its own trouble came before {later_percent} % of what it explains",
    EvidenceKind.CAME_LATE: "its own trouble came after most of what it would explain",
    EvidenceKind.SILENT: "it raises no alert of its own",
    EvidenceKind.CALLERS_QUIET: "{quiet} of its {callers} callers show no trouble",
    EvidenceKind.FAR: "{far_percent} % of what it explains is two steps away or more",
    EvidenceKind.MEMBER_CAUSE: "raised by the suspected cause itself ({class})",
    EvidenceKind.MEMBER_NAMES: "names the suspected cause",
    EvidenceKind.MEMBER_CALLS: "depends on the suspected cause by way of {via}, {hops} hops away",
    EvidenceKind.MEMBER_CALLED: "gets less work from {via}",
    EvidenceKind.MEMBER_BURST: "began in the same burst; no dependency is known",
}


def sentence(evidence: Evidence, service: str) -> str:
    """One line of English."""
    return _SENTENCES[evidence.kind].format_map({"service": service, **evidence.params}).rstrip(": ")
