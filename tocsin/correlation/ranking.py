"""The suspects of one cluster, best first, each with the ledger that makes up its score."""

from math import fsum

import numpy as np
from numpy.typing import NDArray

from .confidence import confidence
from .likelihood import How
from .model import Cause, Evidence, EvidenceKind
from .onset import Floats
from .scoring import Candidate, Scorer, ledger
from .settings import Settings
from .splitting import Part

_FIRST_POINTS = 0.8


class Ranking:
    """Ranks candidates for parts found by the splitter."""

    def __init__(self, scorer: Scorer, candidates: list[Candidate], settings: Settings) -> None:
        self.scorer = scorer
        self.candidates = candidates
        self.settings = settings
        self.signals = scorer.likelihood.signals
        self.names = scorer.likelihood.graph.names

    def causes(self, part: Part, loose: NDArray[np.bool_]) -> tuple[Cause, ...]:
        """The best suspects for the signals of a part; those that nobody owns are evidence too."""
        share = self.settings.loose_share * loose.astype(np.float64)
        share[part.signals] = 1.0
        rated = [(self._quick(c, share), c) for c in self.candidates]
        rated = sorted((r for r in rated if r[0] > 0.0), key=lambda r: (-r[0], self._tie(r[1])))
        causes = []
        for _, candidate in rated[: self.settings.max_causes + 5]:
            evidence = ledger(candidate, share, self.signals, self.names, self._order(candidate, share))
            score = fsum(item.points for item in evidence)
            causes.append((score, candidate, evidence))
        causes.sort(key=lambda c: (-c[0], self._tie(c[1])))
        return self._confident(causes[: self.settings.max_causes], part)

    def _quick(self, candidate: Candidate, share: Floats) -> float:
        explained = float((candidate.points * share[candidate.index]).sum())
        return explained + candidate.aside_points if explained > 0.0 else 0.0

    def _tie(self, candidate: Candidate) -> tuple[float, int]:
        """Equal scores: the one that was heard of first, never the one whose name sorts first."""
        return (candidate.onset, candidate.explained[0].signal)

    def _order(self, candidate: Candidate, share: Floats) -> list[Evidence]:
        """Did the suspect's own trouble, or what names it, come before what it is said to have caused?"""
        timely = (candidate.timely > 0.5) & (share[candidate.index] > 0.0)
        mine = np.array([e.how in (How.OWN, How.NAMED) for e in candidate.explained]) & timely
        others = ~mine & timely
        if not mine.any() or not others.any():
            return []
        onsets = self.scorer.onsets[candidate.index]
        weights = candidate.points
        first = float(onsets[mine].min())
        later = float(weights[others & (onsets >= first - 1.0)].sum() / max(weights[others].sum(), 1e-9))
        points = _FIRST_POINTS * (2.0 * later - 1.0)
        kind = EvidenceKind.CAME_FIRST if points >= 0.0 else EvidenceKind.CAME_LATE
        return [Evidence(kind=kind, points=points, params={"later_percent": round(100 * later)})]

    def _confident(self, causes: list[tuple[float, Candidate, tuple[Evidence, ...]]], part: Part) -> tuple[Cause, ...]:
        weight = float(self.scorer.weights[part.signals].sum())
        mapped = self.scorer.likelihood.graph.known
        ranked = []
        for place, (score, candidate, evidence) in enumerate(causes):
            rival = max((c[0] for c in causes if c[1] is not candidate), default=0.0)
            direct = any(e.how in (How.OWN, How.NAMED) for e in candidate.explained)
            sure = confidence(score, rival, evidence=weight, direct=direct, mapped=mapped)
            ranked.append(
                Cause(
                    service=self.names[candidate.service],
                    score=score,
                    confidence=sure if place == 0 else min(sure, 0.5),
                    evidence=evidence,
                )
            )
        return tuple(ranked)
