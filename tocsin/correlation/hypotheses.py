"""A hypothesis is a suspect and a time: this service failed, and it began then."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .classes import LOCAL
from .onset import Floats, Onset, onset
from .scoring import Scorer, Suspect

_RELEVANT = 0.10  # a signal explained less than this says nothing about when the trouble began
_SPEAKS = 0.4  # solidity from which on a voice of its own can date a failure
_APART_S = 60.0
_DATES = 3  # hypotheses of their own time per suspect, at most
_WAVE_S = 240.0  # a failure dated by the suspect's own voice reaches its callers within this time
_BULK = 0.85
_TAIL_S = 60.0
_FADE_S = 180.0
_LATE = 0.35
_WHOLE = np.zeros(1, dtype=np.intp)


@dataclass(slots=True)
class Hypothesis:
    """`fit` (0..1, parallel to the suspect's `explained`): how well each signal fits in time, for splitting."""

    suspect: Suspect
    began: Onset
    fit: Floats
    aside: float

    @property
    def at(self) -> float:
        return self.began.likeliest


def hypotheses(scorer: Scorer) -> list[Hypothesis]:
    """One for each suspect, and more for those whose own voice tells of another time."""
    common = scorer.timely(scorer.began)
    asides = scorer.asides(common, scorer.began.likeliest)
    fits = common[scorer.index]
    begun = _begun(scorer)
    late = _late(scorer.onsets[scorer.index], (scorer.p >= _RELEVANT) & (fits > 0.5), scorer.starts)
    found = []
    for suspect in scorer.suspects:
        start = int(scorer.starts[suspect.number])
        here = slice(start, start + len(suspect.index))
        if begun[suspect.number]:
            began, fit, aside = scorer.began, fits[here] * late[here], float(asides[suspect.number])
        else:
            began, fit, aside = _of_another_time(scorer, suspect)
        found.append(Hypothesis(suspect, began, fit, aside))
        found += _dated(scorer, suspect, began)
    return found


def _begun(scorer: Scorer) -> NDArray[np.bool_]:
    """For each suspect: the common onset is its own, unless most of what it explains was there before."""
    relevant = scorer.p >= _RELEVANT
    speaks = np.logical_or.reduceat(relevant, scorer.starts)
    lengths = np.diff(np.append(scorer.starts, len(scorer.index)))
    weights = scorer.weights[scorer.index] * np.where(np.repeat(speaks, lengths), relevant, True)
    since = scorer.onsets[scorer.index] >= scorer.began.likeliest - scorer.settings.onset_slack_s
    after = np.add.reduceat(weights * since, scorer.starts)
    return np.asarray(after >= 0.3 * np.add.reduceat(weights, scorer.starts))


def _of_another_time(scorer: Scorer, suspect: Suspect) -> tuple[Onset, Floats, float]:
    """When it began for this suspect alone, how well its signals fit to that, and what speaks beside them."""
    relevant = suspect.index[suspect.p >= _RELEVANT]
    if len(relevant) == 0:
        relevant = suspect.index
    began = onset(scorer.onsets[relevant], scorer.weights[relevant], scorer.settings.spread_s, scorer.now)
    timely = scorer.timely(began)
    fit = timely[suspect.index]
    late = _late(scorer.onsets[suspect.index], (suspect.p >= _RELEVANT) & (fit > 0.5), _WHOLE)
    return began, fit * late, sum(e.points for e in scorer.beside(suspect, timely, began.likeliest))


def _late(onsets: Floats, counted: NDArray[np.bool_], starts: NDArray[np.intp]) -> Floats:
    """Symptoms come in a wave; what begins long after the wave is explained less well. `starts` are of each suspect's
    onsets, which ascend."""
    counts = np.add.reduceat(counted.astype(np.intp), starts)
    waves = np.flatnonzero(counted)
    place = np.cumsum(counts) - counts + (_BULK * np.maximum(counts - 1, 0)).astype(np.intp)
    over = np.full(len(starts), np.inf)
    some = counts > 0
    over[some] = onsets[waves[place[some]]] + _TAIL_S
    lengths = np.diff(np.append(starts, len(onsets)))
    after_s = np.maximum(onsets - np.repeat(over, lengths), 0.0)
    return np.asarray(np.maximum(np.exp(-after_s / _FADE_S), _LATE))


def _dated(scorer: Scorer, suspect: Suspect, began: Onset) -> Iterator[Hypothesis]:
    """The times at which the suspect spoke of itself or was first named, where they differ from the common onset."""
    settings = scorer.settings
    likelihood = scorer.likelihood
    own = [scorer.signals[n] for n in likelihood.by_service.get(suspect.service, ())]
    named = [scorer.signals[n] for n in likelihood.by_peer.get(suspect.service, ())]
    voices = [s for s in own if s.kind in LOCAL] + named
    dates = [s.onset for s in voices if s.solid >= _SPEAKS]
    if not dates:
        return
    last = began.likeliest
    onsets = scorer.onsets[suspect.index]
    made = 0
    for date in sorted(dates):
        if made < _DATES and (abs(date - last) > _APART_S or (made == 0 and date < last - settings.onset_slack_s)):
            start = date - settings.onset_slack_s - 10.0
            after_s = onsets - start
            fit = np.where(after_s < 0.0, settings.before_onset, np.exp(-np.maximum(after_s - _WAVE_S, 0.0) / _FADE_S))
            when = Onset(np.array([start]), np.array([1.0]), date)
            timely = scorer.timely(when)
            aside = sum(e.points for e in scorer.beside(suspect, timely, date))
            yield Hypothesis(suspect, when, np.maximum(fit, settings.before_onset), aside)
            last = date
            made += 1
