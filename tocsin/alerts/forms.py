"""What people fill in about alerts: silences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from tocsin.alerts.actions import SilenceDetails
from tocsin.alerts.rules import Operator
from tocsin.alerts.wording import operator_word

LOCAL = "%Y-%m-%dT%H:%M"
"""How browsers write a local date and time."""

PAIRS = (1, 2, 3)
"""Matchers that the form offers; all that are filled in must match."""


class SilenceForm(forms.Form):
    """Which alerts, why, until when. Matchers are `label_n`, `op_n`, `value_n`."""

    reason = forms.CharField(label=_("Why?"), max_length=300, help_text=_("Whoever sees a silenced alert reads this."))
    starts_at = forms.DateTimeField(label=_("From"), input_formats=[LOCAL])
    ends_at = forms.DateTimeField(label=_("Until"), input_formats=[LOCAL])

    def __init__(self, data: object, *, now: datetime, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(initial))  # type: ignore[arg-type]  # a QueryDict or None, as Django's form takes it
        self.now = now
        zone = gettext("In your time, %(zone)s.") % {"zone": timezone.get_current_timezone_name()}
        for name in ("starts_at", "ends_at"):
            self.fields[name].widget = forms.DateTimeInput({"type": "datetime-local"}, format=LOCAL)
            self.fields[name].help_text = zone
        for pair in PAIRS:
            self._add_matcher(pair)

    def _add_matcher(self, pair: int) -> None:
        first = pair == PAIRS[0]
        self.fields[f"label_{pair}"] = forms.CharField(
            label=gettext("Label"),
            required=first,
            widget=forms.TextInput(
                {"list": "labels", "autocomplete": "off", "placeholder": pgettext("placeholder", "label")}
            ),
        )
        self.fields[f"op_{pair}"] = forms.ChoiceField(
            label=gettext("Comparison"),
            required=first,
            choices=[(operator.value, operator_word(operator)) for operator in Operator],
        )
        self.fields[f"value_{pair}"] = forms.CharField(
            label=gettext("Value"),
            required=False,
            widget=forms.TextInput({"placeholder": pgettext("placeholder", "value")}),
        )

    def matchers(self) -> list[dict[str, forms.BoundField]]:
        """The rows of the form: label, operator, value."""
        return [{part: self[f"{part}_{pair}"] for part in ("label", "op", "value")} for pair in PAIRS]

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        starts_at, ends_at = values.get("starts_at"), values.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", gettext("This is not after the beginning."))
        elif ends_at and ends_at <= self.now:
            self.add_error("ends_at", gettext("This is in the past."))
        return values

    def details(self, owner: str) -> SilenceDetails:
        """What the action takes. The key is made of the reason, and unique."""
        values = self.cleaned_data
        pairs = [pair for pair in PAIRS if values.get(f"label_{pair}")]
        return SilenceDetails(
            key=SilenceDetails.new_key(values["reason"]),
            matchers=[
                {
                    "label": values[f"label_{pair}"].strip(),
                    "op": values[f"op_{pair}"] or Operator.IS,
                    "value": values[f"value_{pair}"].strip(),
                }
                for pair in pairs
            ],
            reason=values["reason"],
            starts_at=values["starts_at"],
            ends_at=values["ends_at"],
            owner=owner,
        )
