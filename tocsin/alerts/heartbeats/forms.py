"""What people fill in for a heartbeat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from tocsin.alerts.actions import HeartbeatDetails
from tocsin.alerts.rules import Severity, heartbeats
from tocsin.ui.templatetags.ui import severity_word

if TYPE_CHECKING:
    from tocsin.accounts.models import Team

UNITS = (("60", _("minutes")), ("3600", _("hours")), ("86400", _("days")))


class HeartbeatForm(forms.Form):
    """Name, interval, owner, and what its alert says."""

    name = forms.CharField(label=_("Name"), max_length=heartbeats.NAME_MOST)
    every = forms.IntegerField(label=_("At least every"), min_value=1, max_value=10_000, initial=10)
    unit = forms.ChoiceField(label=_("Unit"), choices=UNITS)
    team = forms.ChoiceField(label=_("Owner"), required=False)
    severity = forms.ChoiceField(label=_("Severity"))
    message = forms.CharField(
        label=_("What the alert says"), max_length=heartbeats.MESSAGE_MOST, required=False, empty_value=""
    )

    def __init__(self, data: object, *, teams: Sequence[Team], may_be_nobodys: bool) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict or None, as Django's form takes it
        nobody = [("", "–")] if may_be_nobodys else []
        self.fields["team"] = forms.ChoiceField(
            label=_("Owner"), required=not may_be_nobodys, choices=nobody + [(team.key, team.name) for team in teams]
        )
        self.fields["severity"] = forms.ChoiceField(
            label=_("Severity"), choices=[(str(int(each)), severity_word(each)) for each in Severity]
        )

    def details(self) -> HeartbeatDetails:
        """What the action takes."""
        values = self.cleaned_data
        return HeartbeatDetails(
            name=values["name"],
            interval_s=values["every"] * int(values["unit"]),
            team=values["team"],
            message=values["message"],
            severity=Severity(int(values["severity"])),
        )
