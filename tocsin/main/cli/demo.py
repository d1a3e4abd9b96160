"""`tocsin demo`: the whole of Tocsin in one command, on a sample company, with nothing of yours touched."""

from __future__ import annotations

import logging
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
from rich.console import Console

from tocsin.main.demo.prepare import SPEED, Name, Wish, prepare
from tocsin.main.demo.report import Report

USUAL_FOLDER = Path("var") / "demo"


@click.command("demo")
@click.option(
    "--scenario",
    type=click.Choice([each.value for each in Name]),
    default="storm",
    show_default=True,
    help="What to show.",
)
@click.option("--headless", is_flag=True, help="End after the report instead of staying up.")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Report here."
)
@click.option("--port", type=click.IntRange(1, 65535), help="Port to serve on; else 8080, or any where that is taken.")
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), help="Folder of its own. [var/demo]")
@click.option("--speed", type=click.FloatRange(1), default=SPEED, show_default=True, help="Event seconds a second.")
@click.option("--alerts", type=click.IntRange(1), help="How many to send. [25,000; 2,000 when quiet]")
@click.option(
    "--cases", type=click.IntRange(1), default=12, show_default=True, help="Recorded cases of “real” to play."
)
def demo_command(
    scenario: str,
    headless: bool,
    json_file: Path | None,
    port: int | None,
    data_dir: Path | None,
    speed: float,
    alerts: int | None,
    cases: int,
) -> None:
    """Start a server of its own, give it a sample company, replay a storm of alerts, and say what became of each.

    Exits 1 when the figures do not add up, or somebody is woken by noise.
    """
    wish = Wish(name=Name(scenario), alerts=alerts, speed=speed, cases=cases)
    console = Console(stderr=True)
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that starts it in the background ignores Ctrl-C
    try:
        with _folder(data_dir) as folder:
            report = _show(folder, port, wish, console, json_file, stay=not headless)
    except KeyboardInterrupt:
        console.print("Stopped.")
        sys.exit(130)
    sys.exit(0 if _held(report) else 1)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _folder(wanted: Path | None) -> Iterator[Path]:
    """The folder asked for, else `var/demo` here; where nothing can be written, a temporary one."""
    from tocsin.main.demo.node import own_folder  # noqa: PLC0415 - loads the launcher

    if wanted is None and not os.access(Path.cwd(), os.W_OK):
        wanted = Path(tempfile.mkdtemp(prefix="tocsin-demo-"))
    with own_folder((wanted or USUAL_FOLDER).absolute()) as folder:
        yield folder


def _show(
    folder: Path, port: int | None, wish: Wish, console: Console, json_file: Path | None, *, stay: bool
) -> Report:
    from tocsin.main.demo.node import choose_port, running_node  # noqa: PLC0415 - loads the launcher

    chosen = choose_port(port)
    with ThreadPoolExecutor(1) as beside:
        # The scenario is made while PostgreSQL makes its folder.
        preparing = beside.submit(prepare, wish)
        console.print(f"Starting Tocsin with a database of its own in {folder} ...", highlight=False)
        with running_node(folder, chosen) as config:
            from tocsin.main.demo.run import run  # noqa: PLC0415 - imports models

            logging.getLogger().setLevel(logging.WARNING)
            report = run(config, preparing.result(), wish, console)
            click.echo(f"\n{report.as_text()}", nl=False)
            if json_file is not None:
                json_file.write_text(report.as_json() + "\n", encoding="utf-8")
            if stay:
                click.echo(report.links())
                _stay(console)
    return report


def _stay(console: Console) -> None:
    """Until Ctrl-C, which is how it is meant to end."""
    console.print("\nTocsin stays up. Ctrl-C ends it.", highlight=False)
    try:
        signal.pause()
    except KeyboardInterrupt:
        console.print("Stopping ...")


def _held(report: Report) -> bool:
    """Whether every alert is accounted for, and noise alone woke nobody."""
    return report.adds_up and (bool(report.true_causes) or not report.pages)
