"""Each house rule finds what it forbids, and lets pass what it allows."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dev import house, links, migrations, refusals, sources, texts
from dev.findings import Finding, SourceFile

Rule = Callable[[SourceFile], Iterator[Finding]]
LONG_BODY = "\n".join(f"    x{n} = {n}" for n in range(31))

FORBIDDEN: list[tuple[Rule, str, str]] = [
    (sources.bare_clock, "tocsin/paging/actions.py", "datetime.now(tz=UTC)"),
    (sources.bare_clock, "tocsin/paging/actions.py", "datetime.datetime.utcnow()"),
    (sources.bare_clock, "tocsin/paging/actions.py", "timezone.now()"),
    (sources.bare_clock, "tocsin/paging/actions.py", "time.time()"),
    (sources.bare_clock, "tocsin/paging/actions.py", "run('select 1 where due < now()')"),
    (sources.bare_clock, "tocsin/paging/actions.py", "run('select CURRENT_TIMESTAMP')"),
    (sources.no_signals, "tocsin/paging/actions.py", "from django.db.models.signals import post_save"),
    (sources.no_signals, "tocsin/paging/actions.py", "import django.dispatch"),
    (sources.no_save_overrides, "tocsin/paging/models.py", "class Page(Model):\n    def save(self): ..."),
    (sources.short_functions, "tocsin/paging/rules.py", f"def decide():\n{LONG_BODY}"),
    (sources.short_files, "tests/test_long.py", "x = 1\n" * 401),
    (sources.telling_names, "tocsin/paging/utils.py", ""),
    (sources.telling_names, "tocsin/helpers/paging.py", ""),
    (sources.door_plates, "tocsin/paging/rules.py", "x = 1"),
    (sources.nothing_unfinished, "tocsin/paging/rules.py", "x = 1  # TO" + "DO: more"),
    (sources.tests_do_not_sleep, "tests/test_paging.py", "time.sleep(2)"),
    (sources.tests_do_not_sleep, "tests/test_paging.py", "await asyncio.sleep(0.5)"),
    (sources.tests_check_something, "tests/test_paging.py", "def test_it() -> None:\n    page()"),
    (sources.tests_check_something, "tests/test_paging.py", "def tell():\n    page()\ndef test_it():\n    tell()"),
    (texts.suppressions_carry_reasons, "tocsin/a.py", "x = 1  # noqa"),
    (texts.suppressions_carry_reasons, "tocsin/a.py", "x = 1  # noqa: S308"),
    (texts.suppressions_carry_reasons, "tocsin/a.py", "x = 1  # type: ignore"),
    (texts.suppressions_carry_reasons, "tocsin/a.py", "x = 1  # type: ignore[misc]"),
    (texts.suppressions_carry_reasons, "tocsin/a.py", "x = 1  # pragma: no cover"),
    (refusals.refusals_are_sentences, "tocsin/a.py", 'raise NotFound(f"There is no team “{key}”.")'),
    (refusals.refusals_are_sentences, "tocsin/a.py", "raise Conflict(words)"),
    (texts.no_machine_paths, "docs/a.md", "see /wo" + "rk/main/tocsin"),
    (texts.no_machine_paths, "docs/a.md", "see /home/anna/tocsin"),
    (texts.no_machine_paths, "package-lock.json", '"resolved": "https://regi' + 'stry.npmjs.org/x"'),
]

FORBIDDEN += [
    (migrations.columns_have_defaults, "tocsin/desk/migrations/0002_a.py", text)
    for text in (
        'migrations.AddField(model_name="a", name="b", field=models.JSONField(default=dict))',
        'migrations.AddField("a", "b", models.BooleanField(null=False))',
        'AddField(model_name="a", name="b", field=TextField())',
    )
] + [
    (migrations.indexes_are_built_online, "tocsin/alerts/migrations/0009_a.py", text)
    for text in (
        'migrations.AddIndex(model_name="alert", index=models.Index("a", name="a"))',
        'migrations.AddIndex("Alert", models.Index("a", name="a"))',
        'migrations.RunSQL("CREATE INDEX x ON alerts_event (at)")',
        'migrations.RunSQL("CREATE TABLE other (a int); CREATE UNIQUE INDEX ON alerts_alert (at)")',
    )
]

ALLOWED: list[tuple[Rule, str, str]] = [
    (sources.bare_clock, "tocsin/paging/actions.py", "run('select 1 where due < tocsin_now()')"),
    (sources.bare_clock, "tocsin/paging/actions.py", "clock.now()"),
    (sources.bare_clock, "tocsin/paging/actions.py", "time.monotonic()"),
    (sources.bare_clock, "tocsin/paging/actions.py", '"""Not now() but later."""'),
    (sources.bare_clock, "tests/paging/test_actions.py", "datetime.now()"),
    (sources.no_signals, "tocsin/correlation/engine.py", "from tocsin.correlation.signals import edge"),
    (sources.no_signals, "tocsin/main/serve.py", "import signal"),
    (sources.no_save_overrides, "tocsin/paging/models.py", "class Page(Model):\n    def __str__(self): ..."),
    (sources.no_save_overrides, "tocsin/paging/forms.py", "class PageForm(Form):\n    def save(self): ..."),
    (
        sources.short_functions,
        "tocsin/paging/rules.py",
        'def decide():\n    """' + "words\n" * 40 + '    """\n    return 1',
    ),
    (sources.short_files, "tocsin/paging/migrations/0001_initial.py", "x = 1\n" * 401),
    (sources.bare_clock, "tocsin/paging/wording.py", "timezone.localtime(at)"),
    (sources.telling_names, "tocsin/paging/rules.py", ""),
    (sources.door_plates, "tocsin/paging/migrations/__init__.py", ""),
    (sources.tests_do_not_sleep, "tests/test_paging.py", "time.sleep(0.02)"),
    (sources.tests_check_something, "tests/test_paging.py", "def test_it():\n    assert page()"),
    (
        sources.tests_check_something,
        "tests/test_paging.py",
        "def test_it():\n    with pytest.raises(E):\n        page()",
    ),
    (sources.tests_check_something, "tests/test_paging.py", "def told():\n    assert 1\ndef test_it():\n    told()"),
    (sources.tests_check_something, "tests/paging/world.py", "def test_it():\n    page()"),
    (texts.suppressions_carry_reasons, "tocsin/a.py", "x = 1  # noqa: S308 - escaped above"),
    (texts.suppressions_carry_reasons, "tocsin/a.py", "x = 1  # noqa: S308, S310  # escaped above"),
    (texts.suppressions_carry_reasons, "tocsin/a.py", "x = 1  # type: ignore[misc]  # Django's own"),
    (texts.suppressions_carry_reasons, "tocsin/a.py", "x = 1  # noqa: S308 - escaped\ny = 2  # noqa: S308"),
    (refusals.refusals_are_sentences, "tocsin/a.py", 'raise NotFound("There is no team “{key}”.", key=key)'),
    (
        migrations.columns_have_defaults,
        "tocsin/desk/migrations/0002_a.py",
        'migrations.AddField(model_name="a", name="b", field=models.TextField(null=True))',
    ),
    (
        migrations.columns_have_defaults,
        "tocsin/desk/migrations/0002_a.py",
        'migrations.AddField("a", "b", models.TextField(db_default=""))',
    ),
    (migrations.columns_have_defaults, "tocsin/desk/models.py", 'AddField("a", "b", models.TextField())'),
    (
        migrations.indexes_are_built_online,
        "tocsin/alerts/migrations/0001_initial.py",
        'CreateModel(name="Alert", fields=[])\nAddIndex(model_name="alert", index=models.Index("a", name="a"))',
    ),
    (
        migrations.indexes_are_built_online,
        "tocsin/alerts/migrations/0009_a.py",
        'AddIndex(model_name="integration", index=models.Index("a", name="a"))',
    ),
    (
        migrations.indexes_are_built_online,
        "tocsin/alerts/migrations/0009_a.py",
        'AddIndexOnline(model_name="alert", index=models.Index("a", name="a"))',
    ),
    (
        migrations.indexes_are_built_online,
        "tocsin/alerts/migrations/0009_a.py",
        'RunSQL("CREATE INDEX CONCURRENTLY x ON alerts_alert (at)")',
    ),
    (
        migrations.indexes_are_built_online,
        "tocsin/alerts/migrations/0002_events.py",
        'RunSQL("CREATE TABLE alerts_event (at date); CREATE INDEX x ON alerts_event (at)")',
    ),
    (texts.no_machine_paths, "docs/a.md", "the home of root; /var/lib/tocsin; work/main; https://example.org/work/x"),
]


@pytest.mark.parametrize(("rule", "path", "text"), FORBIDDEN)
def test_rule_finds_what_it_forbids(rule: Rule, path: str, text: str) -> None:
    assert list(rule(SourceFile(path, text)))


@pytest.mark.parametrize(("rule", "path", "text"), ALLOWED)
def test_rule_lets_pass_what_it_allows(rule: Rule, path: str, text: str) -> None:
    assert list(rule(SourceFile(path, text))) == []


def test_every_rule_has_an_example() -> None:
    shown = {rule for rule, _, _ in FORBIDDEN}
    assert shown == {
        *sources.SOURCE_RULES,
        *migrations.MIGRATION_RULES,
        *texts.TEXT_RULES,
        refusals.refusals_are_sentences,
    }


@pytest.mark.parametrize(
    ("comment", "allowed"),
    [
        ("# allow: long-function - one table", True),
        ("# allow: long-function", False),
        ("# allow: long-file - one table", False),
        ("", False),
    ],
)
def test_line_may_allow_a_rule_with_a_reason(comment: str, allowed: bool) -> None:
    file = SourceFile("tocsin/paging/rules.py", f'"""Rules."""\n\n\ndef decide():  {comment}\n{LONG_BODY}\n')
    assert (house.findings([file]) == []) is allowed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "first.md").write_text("# First alert\n\n```\n# not a heading\n```\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("link", "alive"),
    [
        ("docs/first.md", True),
        ("docs/first.md#first-alert", True),
        ("docs/first.md#not-a-heading", False),
        ("docs/second.md", False),
        ("https://example.org/docs/second.md", True),
        ("#here", True),
        ("#there", False),
    ],
)
def test_link_must_lead_to_a_file_and_a_heading(folder: Path, link: str, alive: bool) -> None:
    text = f"# Here\n\nSee [this]({link}).\n"
    (folder / "README.md").write_text(text, encoding="utf-8")
    found = list(links.links_lead_somewhere(SourceFile("README.md", text), folder))
    assert (found == []) is alive


def test_link_inside_a_fence_is_an_example(folder: Path) -> None:
    text = "```\n[this](missing.md)\n```\n"
    assert list(links.links_lead_somewhere(SourceFile("README.md", text), folder)) == []
