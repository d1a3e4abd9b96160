"""Everything that can be tuned, with its unit. The defaults are what the benches in bench/correlation measure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Times in seconds, points in natural log odds."""

    # Folding deliveries into units
    rearm_s: float = 900.0  # an alert that fires again after being resolved this long is a new one
    clock_trust_s: float = 45.0  # a stamp later than its arrival is cut to it; older than this is a late delivery
    flapping_count: int = 4  # resolved and fired again this often: flapping
    brief_s: float = 120.0  # resolved within this time without repeat: a blip
    quiet_repeats: float = 4.0  # a unit of a repeating sender that misses this many repeats has gone quiet
    standing_s: float = 900.0  # firing for this long when the trouble began: a standing condition
    expire_s: float = 3 * 3600.0  # neither repeated nor resolved for this long: no longer evidence
    forget_s: float = 6 * 3600.0  # resolved clusters and units leave the memory
    max_units: int = 200_000

    # Paths along the dependency graph
    max_hops: int = 8
    through_alerting: float = 0.98  # factor for a hop over a service that itself complains
    through_silent: float = 0.25  # and for a hop over one that does not
    min_reach: float = 0.04

    far_step: float = 0.6  # each step beyond the first leaves this much of a chance to have caused a signal
    far_points: float = 2.0  # what all of that costs a suspect at most: alerts along one path are one witness, not many

    # Time
    before_onset: float = 0.04  # weight left to what was there before the trouble began
    onset_slack_s: float = 15.0
    spread_s: float = 900.0  # symptoms that begin later than this after the onset count less and less
    spread_floor: float = 0.30

    # Change events
    change_window_s: float = 3600.0
    change_tau_s: float = 600.0
    change_points: float = 2.0

    # Opening an incident
    gain: float = 4.0  # what a further cause must explain, in points
    further_gain: float = 6.0  # and a second one beside it
    loose_share: float = 1.0  # what signals without an incident count for in the ranking of one
    false_per_hour: float = 0.02  # how often chance may look like an incident
    noise_prior_per_s: float = 1.0e-5  # solid, fresh alerts per service and second before anything was seen
    noise_prior_weight: float = 4.0
    blip: float = 0.25  # signals less solid than this belong to nobody
    max_clusters: int = 600
    max_misses: int = 60  # candidates looked at in vain before the rest is left alone
    max_causes: int = 10
    settled_s: float = 300.0  # a cluster whose alerts are all resolved is over after this much calm
