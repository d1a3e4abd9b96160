"""Reference pages written from the code; a page that differs from what would be written fails `bin/check`.

So each setting, command, fact and adapter is in the documentation, in the words that the code itself uses.
"""

from __future__ import annotations

import dataclasses
import difflib
import importlib
import importlib.util
import inspect
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import click

from dev.findings import ROOT

FOLDER = ROOT / "docs" / "reference"
NOTE = "<!-- Written from the code by `bin/check --write`; edit the words there. -->\n"
HELP_WIDTH = 100


def settings_page() -> str:
    """Every setting with its default and meaning."""
    from tocsin.core import config

    rows = [
        f"| `{each.name}` | {f'`{each.default}`' if each.default else ''} | {_cell(each.help)} |"
        for each in config.describe(config.Config())
    ]
    intro = (
        "Each setting comes from the environment, else from the file `tocsin.toml` (there without the prefix, in lower "
        "case), else it has the default. `tocsin settings` shows what a node uses."
    )
    return _page("Settings", intro, ["| setting | default | meaning |", "| --- | --- | --- |", *rows])


def commands_page() -> str:
    """The help of every command."""
    from tocsin.main.cli import main

    asked, sys.argv = sys.argv, ["tocsin", "--help"]  # a command that is asked for help needs no database
    try:
        lines = [line for command in _help(main, "tocsin", None) for line in command]
    finally:
        sys.argv = asked
    return _page("Commands", "What `tocsin COMMAND --help` says.", lines)


def _help(command: click.Command, name: str, parent: click.Context | None) -> Iterator[list[str]]:
    context = click.Context(command, info_name=name, parent=parent, terminal_width=HELP_WIDTH)
    title = context.command_path
    yield [f"## {title}", "", "```text", command.get_help(context), "```", ""]
    if isinstance(command, click.Group):
        for sub in command.list_commands(context):
            found = command.get_command(context, sub)
            if found is not None:
                yield from _help(found, sub, context)


def facts_page() -> str:
    """Every fact that the journal may hold, by room."""
    lines: list[str] = []
    for module in _rooms("facts"):
        facts = [fact for fact in vars(module).values() if _is_fact(fact, module)]
        if facts:
            lines += [f"## {module.__name__.split('.')[1]}", "", "| fact | version | fields | meaning |"]
            lines += ["| --- | --- | --- | --- |", *map(_fact_row, facts), ""]
    return _page("Facts", "What the journal records, in the past tense. Fields hold ids and parameters.", lines)


def _is_fact(value: object, module: ModuleType) -> bool:
    return (
        inspect.isclass(value)
        and f"{value.__module__}.".startswith(f"{module.__name__}.")
        and isinstance(getattr(value, "kind", None), str)
    )


def _fact_row(fact: Any) -> str:
    fields = ", ".join(f"`{field.name}`" for field in dataclasses.fields(fact))
    doc = inspect.getdoc(fact) or ""
    meaning = (
        "" if doc.startswith(f"{fact.__name__}(") else doc.split("\n\n")[0]
    )  # a dataclass writes its own signature
    return f"| `{fact.kind}` | {fact.schema_version} | {fields} | {_cell(meaning)} |"


def adapters_page() -> str:
    """Every adapter of every registry."""
    from tocsin.core.registry import Registry

    lines: list[str] = []
    for module in _rooms("registry"):
        for registry in (value for value in vars(module).values() if isinstance(value, Registry)):
            lines += [f"## {module.__name__.split('.')[1]}", "", "| kind | what |", "| --- | --- |"]
            lines += [*(f"| `{adapter.kind}` | {_cell(str(adapter.label))} |" for adapter in registry), ""]
    return _page("Adapters", "What can be plugged in. Packages add theirs by entry points of the same name.", lines)


def metrics_page() -> str:
    """Everything that `/metrics` shows."""
    from prometheus_client.metrics import MetricWrapperBase

    from tocsin.core import metrics

    shown = [value for value in vars(metrics).values() if isinstance(value, MetricWrapperBase)]
    rows = sorted(_metric_row(metric) for metric in shown)
    intro = "What `/metrics` of each node shows, for Prometheus. It holds no names, no alerts and no secrets."
    head = ["| metric | type | unit | labels | meaning |", "| --- | --- | --- | --- | --- |"]
    return _page("Metrics", intro, [*head, *rows])


def _metric_row(metric: Any) -> str:
    """A gauge's unit ends its name, as Prometheus asks."""
    (told,) = metric.describe()
    counts = told.type == "counter"
    name = f"{told.name}_total" if counts else told.name
    unit = "count since the start" if counts else told.name.rpartition("_")[2].replace("up", "1 or 0")
    labels = ", ".join(f"`{label}`" for label in metric._labelnames)  # noqa: SLF001 - they have no public name
    return f"| `{name}` | {told.type} | {unit} | {labels} | {_cell(told.documentation)} |"


def sources_page() -> str:
    """Every kind of sender: what it is, where it posts, what may be set for it, what to copy into it."""
    from tocsin.alerts.sources.registry import KINDS

    text = "\n".join(line for kind in KINDS for line in _source(kind)).replace("$$", "\0")
    known = {"url": "https://tocsin.example", "scheme": "https", "host": "tocsin.example"}
    for name, value in {**known, "token": "YOUR-KEY", "secret": "YOUR-SECRET"}.items():
        text = text.replace(f"${name}", value)
    return _page("Sources", SOURCES, text.replace("\0", "$").splitlines())


def _source(kind: Any) -> Iterator[str]:
    from tocsin.alerts.sources.source import Source

    is_ours = isinstance(kind, Source)
    where = f"posted to `/in/{kind.kind}`" if is_ours else "the product's own addresses"
    yield from (f"## {kind.label}", "", f"Kind `{kind.kind}`, {where}.", "")
    if is_ours:
        yield from (*(inspect.getdoc(sys.modules[type(kind).__module__]) or "").splitlines(), "")
    if options := getattr(kind, "options", ()):
        yield from ("| option | what | notes |", "| --- | --- | --- |")
        yield from (f"| `{each.name}` ({each.shape}) | {each.label} | {each.hint} |" for each in options)
        yield ""
    for guide in kind.guides:
        yield from (f"{guide.title}{f' ({guide.hint})' if guide.hint else ''}:", "", "```text")
        yield from (*guide.text.splitlines(), "```", "")


def openapi_page() -> str:
    """The REST API's OpenAPI document: who changes the API changes this file, and sees it in the difference."""
    return json.dumps(_schema(), indent=2, sort_keys=True, ensure_ascii=False, default=str) + "\n"


def api_page() -> str:
    """Every operation of the REST API in a line."""
    schema = _schema()
    rows = [
        f"| `{method.upper()} {path}` | {_cell(operation.get('summary', ''))} | {_cell(_first(operation))} |"
        for path, methods in sorted(schema["paths"].items())
        for method, operation in methods.items()
    ]
    intro = f"{schema['info'].get('description', '').strip()}\n\nThe whole document is [openapi.json](openapi.json)."
    return _page("API", intro, ["| operation | what | notes |", "| --- | --- | --- |", *rows])


def _schema() -> dict[str, Any]:
    from tocsin.main.api import api

    schema: dict[str, Any] = api.get_openapi_schema()
    return schema


def _first(operation: dict[str, Any]) -> str:
    return str(operation.get("description", "")).split("\n\n")[0]


SOURCES = """What may send alerts, what becomes of it, and what to copy into it. The screen Connect shows the same with
your address and key. The key is in `Authorization` (Bearer, Token, or the password of Basic), in `X-Api-Key`, or is the
last part of the address. Other packages add kinds: see [write a source](../how-to/write-a-source.md)."""


def opsgenie_page() -> str:
    """Every operation of Opsgenie's Alert and Incident API, and what is different here."""
    from tocsin.gateways.opsgenie.operations import DIFFERENCES, INCIDENT_OPERATIONS, MAINTENANCE_OPERATIONS, OPERATIONS

    rows = [
        f"| `{each.method} {each.path}` | yes | {_cell(each.differs)} |"
        for each in (*OPERATIONS, *INCIDENT_OPERATIONS, *MAINTENANCE_OPERATIONS)
    ]
    table = ["| operation | supported | differences |", "| --- | --- | --- |", *rows]
    return _page("Opsgenie's Alert and Incident API", DIFFERENCES, table)


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "cli.md": commands_page,
    "facts.md": facts_page,
    "adapters.md": adapters_page,
    "sources.md": sources_page,
    "metrics.md": metrics_page,
    "api.md": api_page,
    "openapi.json": openapi_page,
    "opsgenie.md": opsgenie_page,
}


def _rooms(name: str) -> Iterator[ModuleType]:
    """The module `name` of each room that has one, by room."""
    import tocsin

    for room in sorted(Path(tocsin.__path__[0]).iterdir()):
        if room.is_dir() and room.name != "core" and importlib.util.find_spec(f"tocsin.{room.name}.{name}"):
            yield importlib.import_module(f"tocsin.{room.name}.{name}")


def _page(title: str, intro: str, lines: list[str]) -> str:
    return "\n".join([f"# {title}", "", NOTE, intro, "", *lines]).rstrip() + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def compare() -> list[str]:
    """What differs, as the beginnings of unified differences."""
    problems = []
    for name, write in PAGES.items():
        path = FOLDER / name
        kept = path.read_text(encoding="utf-8") if path.exists() else ""
        difference = difflib.unified_diff(
            kept.splitlines(), write().splitlines(), "kept", "from the code", lineterm="", n=0
        )
        shown = list(difference)[:12]
        if shown:
            problems.append("\n".join([f"docs/reference/{name} is behind the code; run bin/check --write:", *shown]))
    return problems


def write_all() -> None:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, write in PAGES.items():
        (FOLDER / name).write_text(write(), encoding="utf-8")
