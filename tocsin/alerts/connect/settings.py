"""What people may set for one source, as a form drawn from what its kind declares, and a mapping tried on a sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tocsin.alerts.intake.events import NewEvent
from tocsin.alerts.intake.http import Request
from tocsin.alerts.intake.limits import Refusal
from tocsin.alerts.sources.generic import Generic
from tocsin.alerts.sources.mapping import settle_mapping
from tocsin.alerts.sources.options import BadOption, Option, Shape
from tocsin.alerts.sources.registry import options_of
from tocsin.alerts.sources.source import Setup
from tocsin.core.errors import TocsinError
from tocsin.ui.acts import said

TEMPLATES = {
    "each": _("Where the alerts are"),
    "title": _("Title"),
    "key": _("Key: names the alert, so that its end finds it"),
    "state": _("State"),
    "severity": _("Severity"),
    "service": _("Service"),
    "peer": _("Service it complains about"),
    "name": _("Rule"),
    "description": _("Description"),
    "source": _("Link back"),
    "at": _("Time"),
}
EXAMPLES = {"each": "alarms[]", "title": "{{what}} on {{host}}", "key": "{{id}}", "state": "{{status}}"}
TABLES = {
    "labels": (_("Labels"), _("One a line: site = {{place.site}}")),
    "words": (_("Words"), _("One a line: gone = resolved, or 5 = critical")),
}
SAMPLE_MOST = 256 * 1024


class SettingsForm(forms.Form):
    """The options of a kind. A structure is a mapping, spread over fields of its own."""

    def __init__(self, data: object, *, kind: str, options: Mapping[str, Any]) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict or None, as Django's form takes it
        self.kept = options
        self.declared = options_of(kind)
        for option in self.declared:
            self.fields.update(_fields(option, options.get(option.name)))

    @property
    def has_mapping(self) -> bool:
        """Whether there is a mapping to edit and to try."""
        return "sample" in self.fields

    def given(self) -> dict[str, Any]:
        """The options as they were filled in; a secret that was left empty is the kept one."""
        return {option.name: self._one(option) for option in self.declared}

    def _one(self, option: Option) -> Any:
        value = self.cleaned_data.get(option.name)
        if option.shape is Shape.STRUCTURE:
            return self._mapping(option.name)
        if option.shape is Shape.SECRET and not value and not self.cleaned_data.get(f"{option.name}-forget"):
            return self.kept.get(option.name)
        return value

    def _mapping(self, name: str) -> dict[str, Any]:
        texts = {each: self.cleaned_data.get(f"{name}-{each}", "") for each in TEMPLATES}
        tables = {each: dict(_pairs(self.cleaned_data.get(f"{name}-{each}", ""))) for each in TABLES}
        return {each: value for each, value in {**texts, **tables}.items() if value}

    def refuse(self, refused: TocsinError) -> None:
        """Put a refusal beside the field it is of."""
        place = str(refused.params.get("place", "")).partition(":")[0].split(".")
        name = "-".join(place[:2])
        self.add_error(name if name in self.fields else None, said(refused))


def _fields(option: Option, kept: Any) -> Iterator[tuple[str, forms.Field]]:
    told: dict[str, Any] = {
        "label": gettext(option.label),
        "help_text": gettext(option.hint) if option.hint else "",
        "required": False,
    }
    if option.shape is Shape.FLAG:
        yield option.name, forms.BooleanField(**told, initial=bool(kept))
    elif option.shape is Shape.TEXT:
        yield option.name, forms.CharField(**told, max_length=200, initial=kept or "")
    elif option.shape is Shape.SECRET:
        yield option.name, forms.CharField(**told, max_length=200, widget=forms.PasswordInput({"autocomplete": "off"}))
        if kept:
            yield (
                f"{option.name}-forget",
                forms.BooleanField(label=gettext("Forget the one that is kept"), required=False),
            )
    else:
        yield from _mapping_fields(option.name, kept or {})


def _mapping_fields(name: str, kept: Mapping[str, Any]) -> Iterator[tuple[str, forms.Field]]:
    yield (
        "sample",
        forms.CharField(
            label=gettext("A sample of what it posts"),
            help_text=gettext("Paste one; it is not kept."),
            required=False,
            max_length=SAMPLE_MOST,
            widget=forms.Textarea({"rows": 8, "spellcheck": "false", "class": "mono"}),
        ),
    )
    for each, label in TEMPLATES.items():
        widget = forms.TextInput({"placeholder": EXAMPLES.get(each, ""), "spellcheck": "false", "autocomplete": "off"})
        yield (
            f"{name}-{each}",
            forms.CharField(label=label, required=False, max_length=1000, initial=kept.get(each, ""), widget=widget),
        )
    for each, (label, hint) in TABLES.items():
        lines = "\n".join(f"{key} = {value}" for key, value in kept.get(each, {}).items())
        yield (
            f"{name}-{each}",
            forms.CharField(
                label=label, help_text=hint, required=False, initial=lines, widget=forms.Textarea({"rows": 3})
            ),
        )


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """`name = value` lines; what has no value is left to be refused."""
    for line in text.splitlines():
        name, _equals, value = line.partition("=")
        if name.strip():
            yield name.strip(), value.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a mapping makes of a sample: its alerts, what is wrong with others, or what is wrong with the mapping."""

    events: tuple[NewEvent, ...] = ()
    refused: tuple[str, ...] = ()
    problem: str = ""


def tried(mapping: Mapping[str, Any], sample: str) -> Tried | None:
    """What comes of it; None while there is no sample or no mapping."""
    if not sample.strip() or not mapping:
        return None
    request = Request("POST", "/in/generic", {"headers": [], "query_string": b""}, sample.encode("utf-8", "replace"))
    try:
        found = Generic().decode(request, Setup(options={"mapping": settle_mapping(mapping)}))
    except BadOption as bad:
        return Tried(problem=said(bad))
    except Refusal as refusal:
        return Tried(problem=str(refusal))
    except RecursionError:
        return Tried(problem=gettext("The sample is nested too deeply."))
    return Tried(events=found.events[:20], refused=found.refused[:20])
