"""What people fill in about services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tocsin.assets.models import Source
from tocsin.assets.queries import Wanted
from tocsin.assets.wording import source_word, tier_word

if TYPE_CHECKING:
    from tocsin.accounts.models import Team


class ServiceFilterForm(forms.Form):
    """Narrows the list; every field may be left alone, and what cannot be read is left out."""

    q = forms.CharField(label=_("Key or name"), required=False, max_length=200)
    team = forms.ChoiceField(label=_("Team"), required=False)
    site = forms.ChoiceField(label=_("Site"), required=False)
    tier = forms.ChoiceField(label=_("Tier"), required=False)
    source = forms.ChoiceField(label=_("Known because"), required=False)

    def __init__(self, data: object, *, teams: Sequence[Team], sites: Sequence[str]) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict, as Django's form takes it
        self._offer("team", gettext("All teams"), [(team.key, team.name) for team in teams])
        self._offer("site", gettext("All sites"), [(site, site) for site in sites])
        self._offer("tier", gettext("All tiers"), [(str(tier), tier_word(tier)) for tier in (1, 2, 3, 4)])
        self._offer("source", gettext("Any source"), [(source.value, source_word(source.value)) for source in Source])

    def _offer(self, name: str, everything: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", everything), *choices]

    def wanted(self) -> Wanted:
        """The filter as the query takes it."""
        self.is_valid()
        values = self.cleaned_data
        return Wanted(
            text=values.get("q", "").strip(),
            team=values.get("team", ""),
            site=values.get("site", ""),
            tier=int(values.get("tier") or 0),
            source=values.get("source", ""),
        )
