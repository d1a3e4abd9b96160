"""Collect what is to be translated into the catalogue: `python -m dev.messages`; `--check` only says what is missing.

One catalogue serves all rooms. Templates pass through Django's `templatize`, code through Babel's reader of Python, so
no gettext program is needed. English is the source; its catalogue holds the plural forms only.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation import templatize

from dev.refusals import REFUSALS, TO_SENDERS

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "tocsin"
LOCALES = PACKAGE / "ui" / "locale"
LANGUAGES = ("pl",)
SENTENCE_AT = {"Verdict": 1, "require_visible": 2}
"""Calls that are given the sentence of a refusal as an argument in the middle, and at which place."""

KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
    **dict.fromkeys(REFUSALS),
    **dict.fromkeys(SENTENCE_AT),
}
DROPPED = tuple(
    f'"{name}'
    for name in ("POT-", "PO-", "Last-Translator", "Language-Team", "Report-Msgid", "Project-Id", "Generated-By")
)
HEADER = "# Tocsin, Polish. Collected by `python -m dev.messages`; translate the empty msgstr lines."


def _sources() -> Iterator[tuple[Path, str]]:
    """Each file with messages and its text as Python code."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path, path.read_text()
    for path in sorted(PACKAGE.rglob("templates/**/*.html")) + sorted(PACKAGE.rglob("templates/**/*.txt")):
        code = templatize(path.read_text(), origin=str(path))
        # What stood between the tags is blanked out but indented: as code that would be a fault.
        yield path, "\n".join(line.lstrip() for line in code.splitlines())


def collect() -> Catalog:
    """All messages of the package, with where they stand."""
    if not settings.configured:
        settings.configure()
    catalogue = Catalog(project="Tocsin", charset="utf-8", fuzzy=False)
    for path, code in _sources():
        found = extract_python(io.BytesIO(code.encode()), KEYWORDS, ["Translators:"], {"encoding": "utf-8"})
        for _line, function, messages, comments in found:
            context, identity = _identity(str(function), messages)
            is_to_sender = function in REFUSALS and path.relative_to(ROOT).as_posix().startswith(TO_SENDERS)
            if identity and not is_to_sender:
                # Files, not lines: an edit elsewhere in the file must not change the catalogue.
                place = [(path.relative_to(ROOT).as_posix(), 0)]
                catalogue.add(identity, locations=place, auto_comments=list(comments or ()), context=context)
    return catalogue


def _identity(function: str, messages: object) -> tuple[str | None, str | tuple[str, str] | None]:
    """(context, msgid or (singular, plural)) of one call; nothing when an argument is no literal."""
    parts = list(messages) if isinstance(messages, tuple) else [messages]
    parts = parts[SENTENCE_AT.get(function, 0) :]
    context = parts.pop(0) if "pgettext" in function and parts else None
    wanted = 2 if "ngettext" in function or "npgettext" in function else 1
    chosen = [part for part in parts[:wanted] if isinstance(part, str) and part]
    if len(chosen) < wanted:
        return None, None
    named = context if isinstance(context, str) else None
    return named, (chosen[0], chosen[1]) if wanted == 2 else chosen[0]


def path_of(language: str) -> Path:
    """The catalogue of a language."""
    return LOCALES / language / "LC_MESSAGES" / "django.po"


def load(language: str) -> Catalog:
    """The catalogue as it stands; an empty one for a new language."""
    path = path_of(language)
    if not path.is_file():
        return Catalog(locale=language, header_comment=HEADER, charset="utf-8", fuzzy=False)
    with path.open("rb") as source:
        return read_po(source, locale=language)


def is_translated(message: Message) -> bool:
    """Whether every form has words and nobody marked them as a guess."""
    forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return bool(forms) and all(forms) and not message.fuzzy


def missing(language: str) -> list[str]:
    """Messages of the code without words in this language, with where they stand."""
    known = load(language)
    lacking = []
    for message in collect():
        translation = known.get(message.id, message.context) if message.id else None
        if message.id and (translation is None or not is_translated(translation)):
            first = message.id if isinstance(message.id, str) else message.id[0]
            lacking.append(f"{message.locations[0][0]}: {first!r}")
    return lacking


def update(language: str) -> None:
    """Write the catalogue anew: new messages empty, those gone dropped, words kept. No guesses."""
    catalogue = load(language)
    catalogue.update(collect(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.header_comment = HEADER
    save(language, catalogue)


def save(language: str, catalogue: Catalog) -> None:
    """Write the catalogue without dates and names of tools: it changes only when its messages do."""
    text = io.BytesIO()
    write_po(text, catalogue, width=120, sort_by_file=True, include_lineno=False)
    lines = [line for line in text.getvalue().decode().splitlines() if not line.startswith(DROPPED)]
    path_of(language).parent.mkdir(parents=True, exist_ok=True)
    path_of(language).write_text("\n".join(lines) + "\n")


def main() -> int:
    """Collect, or with --check only look; returns the exit code."""
    if "--check" not in sys.argv:
        for language in LANGUAGES:
            update(language)
    lacking = [f"{language}: {line}" for language in LANGUAGES for line in missing(language)]
    print("\n".join(lacking) or "every message is translated")
    return 1 if lacking else 0


if __name__ == "__main__":
    raise SystemExit(main())
