"""The replayer against a real server: everything arrives once, in order, in the senders' own formats."""

import asyncio
import io
import json
import math
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import uvicorn
from rich.console import Console

from tocsin.main.demo.company import sample_company
from tocsin.main.demo.delivery import Scenario, Sender
from tocsin.main.demo.law import Estate
from tocsin.main.demo.replay import ReplayError, Tally, Target, replay
from tocsin.main.demo.storm import storm
from tocsin.main.demo.wire import BATCH_MOST, Address, lanes
from tocsin.main.progress import measured

COMPANY = sample_company()
ADDRESS = Address(
    secrets={one.key: f"secret-of-{one.key}".ljust(32, "x")[:32] for one in COMPANY.integrations or ()},
    epoch=datetime(2026, 1, 5, 9, tzinfo=UTC),
)
Receive = Callable[[], Awaitable[dict[str, object]]]
Send = Callable[[dict[str, object]], Awaitable[None]]


@dataclass
class Receiver:
    """A plain ASGI server that keeps what it is sent, and refuses what it is told to refuse first."""

    refusals: list[int] = field(default_factory=list)
    got: list[tuple[str, str, bytes]] = field(default_factory=list)

    async def __call__(self, scope: dict[str, object], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")  # type: ignore[operator]  # the body of an ASGI message is bytes
            if not message.get("more_body"):
                break
        status = self.refusals.pop() if self.refusals else 202
        if status == 202:
            headers = dict(scope["headers"])  # type: ignore[call-overload]  # ASGI headers are pairs
            self.got.append((str(scope["path"]), headers.get(b"authorization", b"").decode(), body))
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})


async def _posted(scenario: Scenario, receiver: Receiver, *, speed: float = math.inf) -> Tally:
    config = uvicorn.Config(receiver, port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with measured(Console(file=io.StringIO()), "alerts", len(scenario.deliveries)) as progress:
            target = Target(url=f"http://127.0.0.1:{port}", speed=speed, give_up_after_s=2.0)
            return await replay(lanes(scenario.deliveries, ADDRESS, 16), target, progress)
    finally:
        server.should_exit = True
        await serving


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return storm(Estate.of(COMPANY.services or ()), seed=10, deliveries=6_000)


def test_every_delivery_arrives_once_in_its_own_format(scenario: Scenario) -> None:
    receiver = Receiver()
    tally = asyncio.run(_posted(scenario, receiver))
    assert (tally.sent, tally.accepted, tally.retries) == (6_000, 6_000, 0)
    wanted = Counter(one.sender for one in scenario.deliveries)
    batches = [json.loads(body) for path, _, body in receiver.got if path == "/api/v2/alerts"]
    assert sum(len(batch) for batch in batches) == wanted[Sender.ALERTMANAGER]
    assert max(len(batch) for batch in batches) <= BATCH_MOST
    assert sum(path.startswith("/v2/alerts") for path, _, _ in receiver.got) == wanted[Sender.OPSGENIE]
    assert sum(path == "/v2/enqueue" for path, _, _ in receiver.got) == wanted[Sender.PAGERDUTY]


def test_order_of_one_condition_is_kept(scenario: Scenario) -> None:
    receiver = Receiver()
    asyncio.run(_posted(scenario, receiver))
    sent: defaultdict[str, list[bool]] = defaultdict(list)
    for one in scenario.deliveries:
        if one.sender is Sender.PAGERDUTY:
            sent[one.fingerprint].append(one.firing)
    arrived: defaultdict[str, list[bool]] = defaultdict(list)
    for path, _, body in receiver.got:
        if path == "/v2/enqueue":
            event = json.loads(body)
            arrived[event["dedup_key"]].append(event["event_action"] == "trigger")
    assert arrived == sent


def test_truth_is_never_on_the_wire(scenario: Scenario) -> None:
    receiver = Receiver()
    asyncio.run(_posted(scenario, receiver))
    everything = b"".join(body for _, _, body in receiver.got)
    assert b"fire-1" not in everything
    assert b"standing" not in everything


def test_keys_and_event_time_travel_where_each_format_has_them(scenario: Scenario) -> None:
    receiver = Receiver()
    asyncio.run(_posted(scenario, receiver))
    by_path = {path: (key, json.loads(body)) for path, key, body in receiver.got}
    key, alert = by_path["/v2/alerts"]
    assert key.startswith("GenieKey secret-of-")
    assert alert["details"]["occurred_at"].startswith("2026-01-05T09:")
    key, batch = by_path["/api/v2/alerts"]
    assert key.startswith("Bearer secret-of-prometheus-")
    assert batch[0]["startsAt"] <= batch[0]["endsAt"]
    _, event = by_path["/v2/enqueue"]
    assert event["routing_key"].startswith("secret-of-synthetics")
    assert event["payload"]["timestamp"].startswith("2026-01-05T09:")


def test_what_the_server_cannot_take_now_is_sent_again(scenario: Scenario) -> None:
    receiver = Receiver(refusals=[503, 429, 503])
    tally = asyncio.run(_posted(scenario, receiver))
    assert (tally.accepted, tally.retries) == (6_000, 3)


def test_refusal_for_good_is_counted_and_quoted(scenario: Scenario) -> None:
    receiver = Receiver(refusals=[422])
    tally = asyncio.run(_posted(scenario, receiver))
    assert sum(tally.refused.values()) + tally.accepted == 6_000
    assert tally.first_refusal is not None
    assert tally.first_refusal.startswith("422 from /")


def test_replay_keeps_to_its_timetable(scenario: Scenario) -> None:
    tally = asyncio.run(_posted(scenario, Receiver(), speed=900.0))
    assert 1.0 <= tally.wall_s < 10.0


def test_unreachable_server_ends_the_replay_with_a_reason(scenario: Scenario) -> None:
    target = Target(url="http://127.0.0.1:9", give_up_after_s=0.1)
    with (
        measured(Console(file=io.StringIO()), "alerts", 1) as progress,
        pytest.raises(ReplayError, match=r"no answer .* see the server's log"),
    ):
        asyncio.run(replay(lanes(scenario.deliveries[:5], ADDRESS, 4), target, progress))


def test_progress_is_plain_lines_where_output_is_piped() -> None:
    out = io.StringIO()
    with measured(Console(file=out), "alerts", 1_000) as progress:
        for _ in range(10):
            progress.advance(100)
    assert out.getvalue().splitlines()[0] == "alerts: 100 of 1,000"
    assert len(out.getvalue().splitlines()) == 10


def test_progress_is_a_bar_on_a_terminal() -> None:
    out = io.StringIO()
    with measured(Console(file=out, force_terminal=True, width=80), "alerts", 10) as progress:
        progress.advance(10)
    assert "10/10" in out.getvalue()


def test_lanes_end_together_as_far_as_the_longest_condition_lets_them(scenario: Scenario) -> None:
    spread = lanes(scenario.deliveries, ADDRESS, 8)
    lengths = [len(lane) for lane in spread]
    assert max(lengths) - min(lengths) < max(lengths) / 4
    assert all(lane == sorted(lane, key=lambda one: one.due_s) for lane in spread)
