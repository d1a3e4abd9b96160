"""How likely is it that chance alone puts so many alerts so close together? A scan statistic over the graph."""

from math import exp, lgamma, log, log2

import numpy as np

from .classes import LOCAL
from .likelihood import Likelihood
from .model import Severity
from .scoring import Suspect
from .settings import Settings

_GRAVITY = {
    Severity.CRITICAL: 1.3,
    Severity.MAJOR: 1.0,
    Severity.MINOR: 0.8,
    Severity.WARNING: 0.7,
    Severity.INFO: 0.4,
}
_PER_SERVICE = 2.2  # a single service cannot prove more than this
_NEAR = 0.2
_LEAST_S = 60.0
_COLD_S = 60.0  # what the engine finds when it wakes may have been there for ever
_COLD = 0.5


def noise_rate(loose: float, services: int, watched_s: float, settings: Settings) -> float:
    """Solid, fresh signals per service and second when nothing is wrong: a posterior mean."""
    prior = settings.noise_prior_weight
    return (loose + prior) / (max(services, 1) * max(watched_s, 0.0) + prior / settings.noise_prior_per_s)


class Chance:
    """What noise could do at one moment. `rate_per_s` is per service, `started` is when the engine began to watch."""

    def __init__(self, likelihood: Likelihood, rate_per_s: float, services: int, started: float) -> None:
        self.likelihood = likelihood
        self.rate_per_s = rate_per_s
        self.services = services
        self.started = started

    def per_hour(self, suspect: Suspect, own: list[int]) -> float:
        """How often per hour noise alone would look like `suspect` with its `own` signals, anywhere."""
        if not own:
            return float("inf")
        found: dict[int, float] = {}
        for number in own:
            service = self.likelihood.signals[number].service
            found[service] = min(found.get(service, 0.0) + self._proof(number), _PER_SERVICE)
        onsets = [self.likelihood.signals[number].onset for number in own]
        lasting_s = max(float(np.quantile(onsets, 0.9)) - min(onsets), _LEAST_S)
        reach = self.likelihood.reach(suspect.service)
        near = {s for s, strength in reach.strength.items() if strength >= _NEAR}
        around = 1 + len(near | {e.via for e in suspect.explained})
        return by_chance_per_hour(sum(found.values()), self.rate_per_s, around, lasting_s, self.services)

    def _proof(self, number: int) -> float:
        signal = self.likelihood.signals[number]
        gravest = min(u.severity for u in signal.units)
        proof = signal.solid * _GRAVITY[gravest] * (1.0 + 0.3 * log2(len(signal.units)))
        if signal.peer is not None:
            proof *= 1.3
        if signal.onset < self.started + _COLD_S and gravest >= Severity.MINOR:
            proof *= _COLD
        return proof * 1.2 if signal.kind in LOCAL else proof


def by_chance_per_hour(found: float, rate_per_s: float, around: int, lasting_s: float, services: int) -> float:
    """Expected number per hour of places with `found` or more among `around` services within `lasting_s`."""
    expected = rate_per_s * around * lasting_s
    if found <= expected:
        return float("inf")
    tail = found * log(expected) - expected - lgamma(found + 1.0)
    return exp(tail) * services * 3600.0 / lasting_s
