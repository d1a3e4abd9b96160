"""What people fill in for a maintenance window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tocsin.alerts.actions import MaintenanceDetails
from tocsin.alerts.forms import LOCAL
from tocsin.alerts.rules import Scope
from tocsin.alerts.rules.silences import LABEL_MOST, MATCHERS_MOST, VALUE_MOST
from tocsin.alerts.rules.windows import REASON_MOST
from tocsin.alerts.shapes import parse_matcher
from tocsin.core.errors import InvalidInput
from tocsin.ui.acts import said

MATCHERS_LENGTH = MATCHERS_MOST * (LABEL_MOST + VALUE_MOST + 4)


class WindowForm(forms.Form):
    """Why, from when until when, and what: services, teams and integrations by their keys, and matchers by hand."""

    reason = forms.CharField(label=_("What is done, and why"), max_length=REASON_MOST)
    starts_at = forms.DateTimeField(label=_("From"), input_formats=[LOCAL])
    ends_at = forms.DateTimeField(label=_("Until"), input_formats=[LOCAL], required=False)
    services = forms.CharField(label=_("Services"), required=False, max_length=10_000)
    dependents = forms.BooleanField(label=_("And all that depends on them"), required=False)
    teams = forms.MultipleChoiceField(label=_("Teams"), required=False)
    integrations = forms.MultipleChoiceField(label=_("Integrations"), required=False)
    matchers = forms.CharField(label=_("Only alerts with"), required=False, max_length=MATCHERS_LENGTH)

    def __init__(
        self,
        data: object,
        *,
        initial: Mapping[str, Any],
        teams: Sequence[str],
        integrations: Sequence[str],
        stored: Sequence[Mapping[str, str]],
    ) -> None:
        self._stored = stored
        super().__init__(data, initial=dict(initial))  # type: ignore[arg-type]  # a QueryDict or None, as Django's form takes it
        zone = gettext("In your time, %(zone)s.") % {"zone": timezone.get_current_timezone_name()}
        for name in ("starts_at", "ends_at"):
            self.fields[name].widget = forms.DateTimeInput({"type": "datetime-local"}, format=LOCAL)
        self.fields["starts_at"].help_text = zone
        self.fields["ends_at"].help_text = gettext("Empty: until somebody ends it.")
        self.fields["services"].help_text = gettext("Keys, with commas between.")
        self.fields["matchers"].widget = forms.Textarea({"rows": 3, "spellcheck": "false", "class": "mono"})
        self.fields["matchers"].help_text = gettext("Like name^=Disk or severity!=critical; one on each line.")
        for name, keys in (("teams", teams), ("integrations", integrations)):
            self.fields[name] = forms.MultipleChoiceField(
                label=self.fields[name].label, required=False, choices=[(key, key) for key in keys]
            )

    def clean_matchers(self) -> list[dict[str, str]]:
        """What is written; a stored one that is written as before stays as it is, though it might be read otherwise."""
        lines, before = _lines(self.cleaned_data["matchers"]), matcher_lines(self._stored)
        if lines == _lines("\n".join(before)):
            return [dict(each) for each in self._stored]
        known = {text.strip(): dict(each) for text, each in zip(before, self._stored, strict=True)}
        try:
            return [known.get(text) or parse_matcher(text) for text in lines]
        except InvalidInput as refused:
            raise forms.ValidationError(said(refused)) from None

    def scope(self) -> Scope:
        """What is named."""
        values = self.cleaned_data
        return Scope(
            services=tuple(_listed(values["services"])),
            dependents=values["dependents"],
            integrations=tuple(values["integrations"]),
            teams=tuple(values["teams"]),
        )

    def details(self, key: str) -> MaintenanceDetails:
        """What the action takes: the window of that key, else a new one."""
        values, scope = self.cleaned_data, self.scope()
        ends_at: datetime | None = values["ends_at"]
        return MaintenanceDetails(
            key=key or MaintenanceDetails.new_key(values["reason"]),
            reason=values["reason"],
            starts_at=values["starts_at"],
            ends_at=ends_at,
            services=scope.services,
            dependents=scope.dependents,
            integrations=scope.integrations,
            teams=scope.teams,
            matchers=values["matchers"],
        )


def matcher_lines(matchers: Sequence[Mapping[str, str]]) -> list[str]:
    """Each as people write it."""
    return [f"{each['label']}{each['op']}{each['value']}" for each in matchers]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
