"""What people fill in to let somebody stand in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tocsin.oncall.actions import OverrideDetails

if TYPE_CHECKING:
    from tocsin.accounts.models import Person

LOCAL = "%Y-%m-%dT%H:%M"
"""How browsers write a local date and time."""


class OverrideForm(forms.Form):
    """Who, from when, until when; times are the reader's own."""

    person = forms.ChoiceField(label=_("Who stands in?"))
    starts_at = forms.DateTimeField(label=_("From"), input_formats=[LOCAL, "%Y-%m-%d %H:%M"])
    ends_at = forms.DateTimeField(label=_("Until"), input_formats=[LOCAL, "%Y-%m-%d %H:%M"])

    def __init__(self, data: object, *, people: Sequence[Person], now: datetime, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)  # type: ignore[arg-type]  # a QueryDict or None, as Django's form takes it
        self.now = now
        choice = self.fields["person"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", gettext("Choose somebody")), *((person.login, person.name) for person in people)]
        zone = gettext("In your time, %(zone)s.") % {"zone": timezone.get_current_timezone_name()}
        for name in ("starts_at", "ends_at"):
            self.fields[name].widget = forms.DateTimeInput({"type": "datetime-local"}, format=LOCAL)
            self.fields[name].help_text = zone

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        starts_at, ends_at = values.get("starts_at"), values.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", gettext("This is not after the beginning."))
        elif ends_at and ends_at <= self.now:
            self.add_error("ends_at", gettext("This is in the past."))
        return values

    def details(self) -> OverrideDetails:
        """What the action takes."""
        values = self.cleaned_data
        return OverrideDetails(person=values["person"], starts_at=values["starts_at"], ends_at=values["ends_at"])
