"""How sure: a number that means what it says. The constants are fitted by bench/correlation/calibrate.py."""

from math import exp


def confidence(first: float, second: float, *, evidence: float, direct: bool, mapped: bool) -> float:
    """Probability that the best suspect is the cause.

    `first` and `second` are the two best scores, `evidence` the total weight of the cluster's signals, `direct` whether
    the suspect speaks or is named itself, `mapped` whether anything is known about who calls whom.
    """
    lead = first - second
    logit = -1.2 + 0.55 * min(lead, 8.0) + 0.25 * min(evidence, 8.0) ** 0.5
    if not direct:
        logit -= 1.0
    if not mapped:
        logit = min(logit - 0.8, 1.0)
    return 1.0 / (1.0 + exp(min(-logit, 700.0)))  # beyond that a float overflows, and 0 is near enough
