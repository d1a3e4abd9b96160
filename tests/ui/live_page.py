"""A screen with one live fragment; `/control/...` changes it, cuts its stream and breaks it."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Iterator
from queue import Empty, SimpleQueue

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from tocsin.ui.context import MOMENT
from tocsin.ui.gallery import NOW


class State:
    """What the server does at the moment."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.drawn = itertools.count(1)
        self.drawn_at: list[float] = []
        self.queues: list[SimpleQueue[str]] = []
        self.is_down = False
        self.is_broken = False

    def tell(self, message: str) -> None:
        with self.lock:
            for queue in self.queues:
                queue.put(message)


STATE = State()


def page(request: HttpRequest) -> HttpResponse:
    request.META[MOMENT] = NOW
    return render(request, "live_page.html", {"drawn": 0})


def counter(request: HttpRequest) -> HttpResponse:
    request.META[MOMENT] = NOW
    if STATE.is_broken:
        return HttpResponse("<h1>Broken</h1>", status=503)
    STATE.drawn_at.append(time.monotonic())
    return render(request, "live_counter.html", {"drawn": next(STATE.drawn)})


def stream(_request: HttpRequest) -> HttpResponse:
    if STATE.is_down:
        return HttpResponse(status=503)
    return StreamingHttpResponse(_messages(), content_type="text/event-stream")


def _messages() -> Iterator[str]:
    queue: SimpleQueue[str] = SimpleQueue()
    with STATE.lock:
        STATE.queues.append(queue)
    yield "event: state\ndata: live\n\n"
    while True:
        try:
            message = queue.get(timeout=0.2)
        except Empty:
            message = "event: ping\ndata: 1\n\n"
        if message == "cut":
            return
        yield message


@csrf_exempt
def control(_request: HttpRequest, what: str) -> HttpResponse:
    change = json.dumps({"topic": "alerts", "version": 1})
    match what:
        case "change":
            STATE.tell(f"event: change\ndata: {change}\n\n")
        case "other":
            STATE.tell('event: change\ndata: {"topic": "services", "version": 1}\n\n')
        case "behind" | "live":
            STATE.tell(f"event: state\ndata: {'live' if what == 'live' else 'catching-up'}\n\n")
        case "down":
            STATE.is_down = True
            STATE.tell("cut")
        case "up":
            STATE.is_down = STATE.is_broken = False
        case "break":
            STATE.is_broken = True
        case "refuse":
            raise PermissionDenied
        case "drawn":
            return HttpResponse(json.dumps(STATE.drawn_at), content_type="application/json")
    return HttpResponse(status=204)
