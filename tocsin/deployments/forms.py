"""What people fill in to narrow the list of changes."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from tocsin.deployments.queries import Wanted


class ChangeFilterForm(forms.Form):
    """Words, and a service by its key."""

    text = forms.CharField(label=_("What or who"), required=False, max_length=200)
    service = forms.CharField(label=_("Service"), required=False, max_length=200)

    def wanted(self) -> Wanted:
        """What the query takes."""
        self.is_valid()
        return Wanted(text=self.cleaned_data.get("text", ""), service=self.cleaned_data.get("service", ""))
