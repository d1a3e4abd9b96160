"""What people fill in to sign in."""

from __future__ import annotations

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tocsin.accounts.models import Person


class SignInForm(forms.Form):
    """Login and password. A wrong login and a wrong password are told alike, so that neither can be fished for."""

    login = forms.CharField(
        label=_("Login"), max_length=150, widget=forms.TextInput({"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label=_("Password"), max_length=256, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )

    def __init__(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        self.request = request
        self.person: Person | None = None
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as Django's form takes them

    def clean(self) -> dict[str, object]:
        values = self.cleaned_data
        if "login" in values and "password" in values:
            found = authenticate(self.request, login=values["login"], password=values["password"])
            if not isinstance(found, Person):
                raise forms.ValidationError(_("No active account has this login and password. Check both."))
            self.person = found
        return values
