"""All suspects in one table, so that a round of comparing them is a handful of array operations."""

import numpy as np

from .onset import Floats
from .scoring import Candidate, Scorer

_ENOUGH = 0.4  # an explanation with this part of the best possible probability leaves nothing to explain
_BEST = 0.95


class Explaining:
    """Row pointers over candidates; columns are the signals each explains."""

    def __init__(self, scorer: Scorer, candidates: list[Candidate]) -> None:
        self.scorer = scorer
        self.candidates = candidates
        self.count = len(scorer.likelihood.signals)
        sizes = [len(c.index) for c in candidates]
        self.starts = np.concatenate(([0], np.cumsum(sizes)))[:-1].astype(np.intp)
        self.index = np.concatenate([c.index for c in candidates])
        timely = np.concatenate([c.timely for c in candidates])
        self.adequacy = np.concatenate([self.adequate(c) for c in candidates])
        self.weight = scorer.weights[self.index] * timely
        self.noise = scorer.background[self.index]
        self.aside = np.array([c.aside_points for c in candidates], dtype=np.float64)

    def adequate(self, candidate: Candidate) -> Floats:
        """0..1: is this explanation good enough? One that is needs no second cause, however much nearer that is."""
        usual = self.scorer.usual[candidate.index]
        return np.minimum(candidate.p / (_ENOUGH * usual), _BEST) * candidate.timely

    def gains(self, explained: Floats) -> Floats:
        """What each candidate would add to what is explained already, in points."""
        before = explained[self.index]
        after = np.maximum(before, self.adequacy)
        terms = self.weight * np.log((after + self.noise) / (before + self.noise))
        return np.asarray(np.add.reduceat(terms, self.starts) + self.aside, dtype=np.float64)

    def row(self, candidate: Candidate) -> Floats:
        """How well one candidate explains every signal there is."""
        row = np.zeros(self.count, dtype=np.float64)
        row[candidate.index] = self.adequate(candidate)
        return row

    def losses(self, rows: Floats, floor: Floats) -> Floats:
        """What would be lost without each row (rows, signals), the others and `floor` taking over what they can."""
        noise, weights = self.scorer.background, self.scorer.weights
        everything = np.vstack((rows, floor))
        best = everything.max(axis=0)
        lost = []
        for number in range(len(rows)):
            without = np.delete(everything, number, axis=0).max(axis=0)
            lost.append(float((weights * np.log((best + noise) / (without + noise))).sum()))
        return np.array(lost)
