"""All hypotheses in one table, so that a round of comparing them is a handful of array operations."""

import numpy as np

from .classes import LAWS
from .hypotheses import Hypothesis
from .onset import Floats
from .scoring import Scorer

_ENOUGH = 0.4  # an explanation with this part of the best possible probability leaves nothing to explain
_BEST = 0.95
_NAMED = 0.9


class Explaining:
    """Row pointers over hypotheses; columns are the signals each explains."""

    def __init__(self, scorer: Scorer, hypotheses: list[Hypothesis]) -> None:
        self.scorer = scorer
        signals = scorer.signals
        self.usual = np.array([LAWS[s.kind].own if s.peer is None else _NAMED for s in signals], dtype=np.float64)
        self.starts = np.cumsum([0, *(len(h.fit) for h in hypotheses)])[:-1].astype(np.intp)
        self.index = np.concatenate([h.suspect.index for h in hypotheses])
        fit = np.concatenate([h.fit for h in hypotheses])
        p = np.concatenate([h.suspect.p for h in hypotheses])
        self.adequacy = np.minimum(p / (_ENOUGH * self.usual[self.index]), _BEST) * fit
        self.weight = scorer.weights[self.index] * fit
        self.noise = scorer.background[self.index]
        self.aside = np.array([h.aside for h in hypotheses], dtype=np.float64)

    def adequate(self, hypothesis: Hypothesis) -> Floats:
        """0..1: is this explanation good enough? One that is needs no second cause, however much nearer that is."""
        suspect = hypothesis.suspect
        return np.asarray(np.minimum(suspect.p / (_ENOUGH * self.usual[suspect.index]), _BEST) * hypothesis.fit)

    def gains(self, explained: Floats) -> Floats:
        """What each hypothesis would add to what is explained already, in points."""
        before = explained[self.index]
        after = np.maximum(before, self.adequacy)
        terms = self.weight * np.log((after + self.noise) / (before + self.noise))
        return np.asarray(np.add.reduceat(terms, self.starts) + self.aside, dtype=np.float64)

    def row(self, hypothesis: Hypothesis) -> Floats:
        """How well one hypothesis explains every signal there is."""
        row = np.zeros(len(self.usual), dtype=np.float64)
        row[hypothesis.suspect.index] = self.adequate(hypothesis)
        return row

    def losses(self, rows: Floats, floor: Floats) -> Floats:
        """What would be lost without each row (rows, signals), the others and `floor` taking over what they can."""
        noise, weights = self.scorer.background, self.scorer.weights
        everything = np.vstack((rows, floor))
        best = everything.max(axis=0)
        holder = everything.argmax(axis=0)
        everything[holder, np.arange(len(best))] = -np.inf
        lost = weights * np.log((best + noise) / (everything.max(axis=0) + noise))
        return np.asarray(np.bincount(holder, lost, len(everything))[: len(rows)], dtype=np.float64)
