"""What people fill in about incidents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from tocsin.incidents.actions import Declaration
from tocsin.ui.templatetags.ui import severity_word

if TYPE_CHECKING:
    from tocsin.accounts.models import Person, Team
    from tocsin.assets.models import Service

LONGEST = 20_000


def severity_choices() -> list[tuple[str, str]]:
    """Severities by number, with the word for each."""
    return [(str(level), f"SEV {level} · {severity_word(level)}") for level in range(1, 6)]


def _choices(field: forms.Field, choices: Sequence[tuple[str, str]]) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


class DeclareForm(forms.Form):
    """Trouble that a person has seen: what, how grave, where, and whether to wake somebody."""

    title = forms.CharField(
        label=_("What is wrong?"),
        max_length=200,
        help_text=_("One line, as you would say it on the phone: “SMS to Poland is not delivered”."),
    )
    severity = forms.ChoiceField(label=_("How grave is it?"), initial="2")
    service = forms.CharField(
        label=_("Which service fails?"),
        required=False,
        help_text=_("Its key, as far as you know; its owner is paged."),
        widget=forms.TextInput(attrs={"list": "services", "autocomplete": "off"}),
    )
    team = forms.ChoiceField(label=_("Whose is it?"), required=False)
    description = forms.CharField(
        label=_("What else is known?"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Markdown is fine."),
    )
    page = forms.BooleanField(label=_("Page whoever is on call in that team now"), required=False, initial=True)

    def __init__(self, data: object, *, teams: Sequence[Team], services: Sequence[Service]) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict or None, as Django's form takes it
        self.known = {service.key for service in services}
        _choices(self.fields["severity"], severity_choices())
        owner = ("", gettext("The owner of the service"))
        _choices(self.fields["team"], [owner, *((team.key, team.name) for team in teams)])

    def clean_service(self) -> str:
        """The key of a service there is, or nothing."""
        key: str = self.cleaned_data["service"].strip()
        if key and key not in self.known:
            raise forms.ValidationError(
                gettext("There is no service with this key. Leave it empty if you do not know.")
            )
        return key

    def declaration(self) -> Declaration:
        """What the action takes."""
        values = self.cleaned_data
        return Declaration(
            title=values["title"],
            severity=int(values["severity"]),
            description=values["description"],
            service=values["service"],
            team=values["team"],
            page=values["page"],
        )


class SeverityForm(forms.Form):
    """Another severity, and why."""

    severity = forms.ChoiceField(label=_("Severity"))
    reason = forms.CharField(label=_("Why does it change?"), max_length=500)

    def __init__(self, data: object = None, *, current: int) -> None:
        super().__init__(data, initial={"severity": str(current)})  # type: ignore[arg-type]  # as above
        _choices(self.fields["severity"], severity_choices())


class AssignForm(forms.Form):
    """Who has it; nobody is a choice too."""

    assignee = forms.ChoiceField(label=pgettext("an incident", "Who has it?"), required=False)

    def __init__(self, data: object = None, *, people: Sequence[Person], current: str = "") -> None:
        super().__init__(data, initial={"assignee": current})  # type: ignore[arg-type]  # as above
        self.fields["assignee"].label = pgettext("an incident", "Who has it?")
        nobody = ("", pgettext("assignee", "Nobody"))
        _choices(self.fields["assignee"], [nobody, *((person.login, person.name) for person in people)])


class PageForm(forms.Form):
    """Whom to wake: a team's on-call, or a person by name."""

    whom = forms.ChoiceField(label=_("Whom to page now?"))

    def __init__(self, data: object = None, *, teams: Sequence[Team], people: Sequence[Person]) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # as above
        choice = self.fields["whom"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [
            ("", gettext("Choose a team or a person")),
            (gettext("Whoever is on call in"), [(f"team:{team.key}", team.name) for team in teams]),
            (gettext("A person by name"), [(f"person:{person.login}", person.name) for person in people]),
        ]


class ReasonForm(forms.Form):
    """A reason that may be left out."""

    reason = forms.CharField(
        label=_("What helped?"), required=False, max_length=500, help_text=_("Goes into the timeline.")
    )


class CommentForm(forms.Form):
    """A line in the timeline, in Markdown."""

    body = forms.CharField(max_length=LONGEST)
