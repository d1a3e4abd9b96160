"""kill -9 of nodes and of PostgreSQL during a storm: nothing acknowledged is lost, nobody is paged twice.

Senders repeat every alert until some node has acknowledged it, over real HTTP. `STORY_SEED`, `STORY_SECONDS` and
`STORY_ALERTS` make a longer run of it; a failure names its seed. That the story can fail is shown by bugs that are
planted in the nodes: each must be caught.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.channels.servers import Receiver
from tests.stories.bugs import BUGS, Bug, found
from tests.stories.chaos import Plan, Run, play
from tests.stories.fleet import FIRES, Fleet, Ground
from tests.stories.senders import Senders

pytestmark = pytest.mark.slow

SEED = int(os.environ.get("STORY_SEED", "20261124"))
SECONDS = float(os.environ.get("STORY_SECONDS", "24"))
ALERTS = int(os.environ.get("STORY_ALERTS", str(int(SECONDS * 60))))


def test_nothing_acknowledged_is_lost_and_nobody_is_paged_twice(ground: Ground, receiver: Receiver) -> None:
    plan = Plan(seed=SEED, fires=FIRES, alerts=ALERTS, over_s=SECONDS, database_kills=max(2, int(SECONDS / 60)))
    run, verdict = play(ground, receiver, plan)
    assert run.settled, f"seed {SEED}: {verdict}"
    assert verdict.faults() == {}, f"seed {SEED}: {verdict}"
    assert verdict.extra_calls <= run.extra_calls_most(), f"seed {SEED}"
    assert sorted(run.senders.acknowledged) == list(range(ALERTS))
    # It was a storm worth the name: something was killed while somebody waited for an answer.
    assert run.senders.repeated > 0
    assert min(run.fleet.killed.values()) >= 2


def test_node_whose_own_postmaster_is_killed_recovers_by_itself(receiver: Receiver, tmp_path: Path) -> None:
    plan = Plan(seed=SEED, fires=3, alerts=240, over_s=12.0, kill_every_s=4.0, database_kills=3, nodes=1)
    receiver.requests.clear()
    with Fleet.embedded(tmp_path, webhook=receiver.url) as fleet:
        (node,) = fleet.nodes
        began_as = node.process
        senders = Senders([node.url], fleet.ground.token)
        run = Run(plan=plan, fleet=fleet, receiver=receiver, senders=senders)
        verdict = run.play()
        assert run.settled, f"{verdict}"
        assert node.process is began_as, "nobody else started it again"
    assert verdict.faults() == {}, f"{verdict}"
    assert verdict.extra_calls == 0, "the engine was never killed: it knows what it has sent"
    assert sorted(senders.acknowledged) == list(range(plan.alerts))
    assert fleet.killed == {"node": 0, "database": 3}


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_planted_bug_is_caught(ground: Ground, receiver: Receiver, bug: Bug) -> None:
    run, verdict = play(ground, receiver, bug.plan(SEED))
    assert bug.fault in found(run, verdict), f"{verdict}"
