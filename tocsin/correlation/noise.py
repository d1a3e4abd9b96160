"""How likely is it that chance alone puts so many alerts so close together? A scan statistic over the graph."""

from math import exp, lgamma, log

from .settings import Settings


class Noise:
    """The background: how many solid, fresh signals a service raises per second when nothing is wrong."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def rate_per_s(self, loose: float, services: int, watched_s: float) -> float:
        """Posterior mean of the rate, from the weight of loose signals seen while watching `services`."""
        prior = self.settings.noise_prior_weight
        return (loose + prior) / (max(services, 1) * max(watched_s, 0.0) + prior / self.settings.noise_prior_per_s)

    def by_chance_per_hour(self, found: float, rate: float, around: int, lasting_s: float, services: int) -> float:
        """Expected number per hour of places with `found` or more among `around` services within `lasting_s`."""
        expected = rate * around * lasting_s
        if found <= expected:
            return float("inf")
        tail = found * log(expected) - expected - lgamma(found + 1.0)
        return exp(tail) * services * 3600.0 / lasting_s
