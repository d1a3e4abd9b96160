"""From many alerts to one cause.

Lives here: the engine that folds deliveries into units, explains them by suspected causes and splits them into
incidents, with the evidence for each. Does not live here: any database, any word shown to a person (`text.py` renders
plain English for the command line only), any other part of Tocsin. Read first: `engine.py`, then `splitting.py`.
"""

from .engine import Engine
from .model import (
    Cause,
    Change,
    Cluster,
    ClusterState,
    Decision,
    Edge,
    Evidence,
    EvidenceKind,
    Move,
    Observation,
    Reason,
    SetAside,
    Severity,
)
from .settings import Settings

__all__ = [
    "Cause",
    "Change",
    "Cluster",
    "ClusterState",
    "Decision",
    "Edge",
    "Engine",
    "Evidence",
    "EvidenceKind",
    "Move",
    "Observation",
    "Reason",
    "SetAside",
    "Settings",
    "Severity",
]
