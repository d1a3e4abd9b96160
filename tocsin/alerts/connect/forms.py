"""What people fill in to connect a source of alerts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tocsin.alerts.actions import IntegrationDetails
from tocsin.alerts.connect.guides import kind_word
from tocsin.alerts.sources.registry import KINDS

if TYPE_CHECKING:
    from tocsin.accounts.models import Team


class IntegrationForm(forms.Form):
    """A name, the format the sender speaks, and who owns what arrives."""

    name = forms.CharField(
        label=_("What sends?"), max_length=100, help_text=_("Such as “Prometheus in Warsaw”; its key is made of this.")
    )
    kind = forms.ChoiceField(label=_("Which format does it speak?"))
    team = forms.ChoiceField(
        label=_("Whose is it?"), required=False, help_text=_("This team is paged for services that nobody owns.")
    )

    def __init__(self, data: object, *, teams: Sequence[Team], may_be_nobodys: bool) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict or None, as Django's form takes it
        kind, team = self.fields["kind"], self.fields["team"]
        assert isinstance(kind, forms.ChoiceField)
        assert isinstance(team, forms.ChoiceField)
        by_word = sorted(KINDS, key=lambda each: kind_word(each.kind).casefold())
        kind.choices = [(each.kind, kind_word(each.kind)) for each in by_word]
        nobody = [("", gettext("No team: the first team"))] if may_be_nobodys else []
        team.choices = [*nobody, *((each.key, each.name) for each in teams)]
        team.required = not may_be_nobodys

    def clean_name(self) -> str:
        """A name of which a key can be made."""
        name: str = self.cleaned_data["name"].strip()
        if not slugify(name):
            raise forms.ValidationError(gettext("Use at least one letter or digit."))
        return name

    def details(self) -> IntegrationDetails:
        """What the action takes."""
        values = self.cleaned_data
        return IntegrationDetails(
            key=slugify(values["name"]), name=values["name"], kind=values["kind"], team=values["team"]
        )
