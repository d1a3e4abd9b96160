"""The suspects of one cluster, best first, each with the ledger that makes up its score."""

from math import fsum

import numpy as np

from .confidence import confidence
from .hypotheses import Hypothesis
from .ledger import ledger
from .model import Cause, Evidence, EvidenceKind
from .onset import Floats, Onset
from .scoring import Flags, Scorer, Suspect
from .settings import Settings

_FIRST_POINTS = 1.6
_SPARE = 5  # suspects whose ledger is written although their first score would not place them

Rated = tuple[float, Suspect, tuple[Evidence, ...]]


class Ranking:
    """Ranks suspects for the parts found by the splitter."""

    def __init__(self, scorer: Scorer, settings: Settings) -> None:
        self.scorer = scorer
        self.settings = settings

    def causes(self, founder: Hypothesis, members: list[int], loose: Flags) -> tuple[Cause, ...]:
        """The best suspects for `members`, in the time of `founder`; signals that nobody owns are evidence too."""
        scorer = self.scorer
        share = self.settings.loose_share * loose.astype(np.float64)
        share[members] = 1.0
        began = self._began(founder, members)
        timely = scorer.timely(began) * share
        totals = scorer.totals(timely)
        asides = scorer.asides(timely, began.likeliest) + scorer.distances(timely)
        scores = np.where(totals > 0.0, totals + asides, 0.0)
        first = sorted(np.flatnonzero(scores > 0.0), key=lambda n: (-scores[n], *self._tie(scorer.suspects[n])))
        rated = [
            self._rate(scorer.suspects[n], timely, began.likeliest) for n in first[: self.settings.max_causes + _SPARE]
        ]
        rated.sort(key=lambda r: (-r[0], *self._tie(r[1])))
        return self._confident(rated[: self.settings.max_causes])

    def _began(self, founder: Hypothesis, members: list[int]) -> Onset:
        """The common onset is the better measured one: it holds unless most members were there before."""
        scorer = self.scorer
        fit = scorer.timely(scorer.began)[members]
        weights = scorer.weights[members]
        return scorer.began if (weights * fit).sum() >= 0.5 * weights.sum() else founder.began

    def _rate(self, suspect: Suspect, timely: Floats, began_at: float) -> Rated:
        scorer = self.scorer
        start = int(scorer.starts[suspect.number])
        points = scorer.odds[start : start + len(suspect.index)] * timely[suspect.index]
        beside = [
            *scorer.beside(suspect, timely, began_at),
            *scorer.distance(suspect, timely),
            *self._order(suspect, points, timely),
        ]
        evidence = ledger(suspect, points, began_at, scorer.signals, scorer.likelihood.graph.names, beside)
        return fsum(item.points for item in evidence), suspect, evidence

    def _tie(self, suspect: Suspect) -> tuple[float, int]:
        """Equal scores: the one that was heard of first, never the one whose name sorts first."""
        return float(self.scorer.onsets[suspect.index].min()), suspect.explained[0].signal

    def _order(self, suspect: Suspect, points: Floats, timely: Floats) -> list[Evidence]:
        """Did the suspect's own trouble, or what names it, come before what it is said to have caused?"""
        counts = timely[suspect.index] > 0.5
        mine, others = suspect.direct & counts, ~suspect.direct & counts
        if not mine.any() or not others.any():
            return []
        onsets = self.scorer.onsets[suspect.index]
        first = float(onsets[mine].min())
        later = float(points[others & (onsets >= first - 1.0)].sum() / max(points[others].sum(), 1e-9))
        worth = _FIRST_POINTS * (2.0 * later - 1.0)
        kind = EvidenceKind.CAME_FIRST if worth >= 0.0 else EvidenceKind.CAME_LATE
        return [Evidence(kind=kind, points=worth, params={"later_percent": round(100 * later)})]

    def _confident(self, rated: list[Rated]) -> tuple[Cause, ...]:
        graph = self.scorer.likelihood.graph
        ranked: list[Cause] = []
        for place, (score, suspect, evidence) in enumerate(rated):
            rival = max((r[0] for r in rated if r[1] is not suspect), default=0.0)
            sure = confidence(score, rival, evidence, mapped=graph.mapped)
            sure = sure if place == 0 else min(sure, 1.0 - ranked[0].confidence, ranked[0].confidence)
            ranked.append(Cause(service=graph.names[suspect.service], score=score, confidence=sure, evidence=evidence))
        return tuple(ranked)
