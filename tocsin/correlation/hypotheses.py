"""A hypothesis is a suspect and a time: this service failed, and it began then."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

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
    found = []
    for suspect in scorer.suspects:
        began = _onset(scorer, suspect)
        timely, aside = common, float(asides[suspect.number])
        if began is not scorer.began:
            timely = scorer.timely(began)
            aside = sum(e.points for e in scorer.beside(suspect, timely, began.likeliest))
        fit = timely[suspect.index]
        found.append(Hypothesis(suspect, began, fit * _late(scorer, suspect, fit), aside))
        found += _dated(scorer, suspect, began)
    return found


def _onset(scorer: Scorer, suspect: Suspect) -> Onset:
    """The common onset, unless most of what the suspect explains was there before."""
    relevant = suspect.index[suspect.p >= _RELEVANT]
    if len(relevant) == 0:
        relevant = suspect.index
    onsets, weights = scorer.onsets[relevant], scorer.weights[relevant]
    since = onsets >= scorer.began.likeliest - scorer.settings.onset_slack_s
    if weights[since].sum() >= 0.3 * weights.sum():
        return scorer.began
    return onset(onsets, weights, scorer.settings.spread_s, scorer.now)


def _late(scorer: Scorer, suspect: Suspect, fit: Floats) -> Floats:
    """Symptoms come in a wave; what begins long after the wave is explained less well."""
    counted = (suspect.p >= _RELEVANT) & (fit > 0.5)
    if not counted.any():
        return np.ones(len(fit))
    onsets = scorer.onsets[suspect.index]
    wave = onsets[counted]  # ascending, as signals are
    over = float(wave[int(_BULK * (len(wave) - 1))]) + _TAIL_S
    return np.asarray(np.maximum(np.exp(-np.maximum(onsets - over, 0.0) / _FADE_S), _LATE))


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
