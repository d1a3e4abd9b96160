"""What people ask of the journal."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tocsin.core.refs import Ref
from tocsin.journal.ports import kinds_with_words
from tocsin.journal.wording import kind_name, room_word


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A kind of fact or the beginning of one, an actor's id, a record; empty fields ask for nothing."""

    kind: str
    actor: str
    subject: Ref | None


class FactFilterForm(forms.Form):
    """Narrows the journal. Actor and record are best chosen by following them from a line."""

    kind = forms.ChoiceField(label=_("What happened"), required=False, widget=forms.Select({"class": "input"}))
    actor = forms.CharField(label=_("Who, by id"), required=False, max_length=100)
    subject = forms.CharField(label=_("About which record"), required=False, max_length=100)

    def __init__(self, data: object) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict, as Django's form takes it
        rooms: dict[str, list[str]] = {}
        for kind in kinds_with_words():
            rooms.setdefault(kind.partition(".")[0], []).append(kind)
        groups = [
            (room_word(room), [(f"{room}.", gettext("All of it")), *((kind, kind_name(kind)) for kind in kinds)])
            for room, kinds in rooms.items()
        ]
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", gettext("Everything")), *groups]

    def clean_subject(self) -> Ref | None:
        """`room.noun:uuid`, as the lines of the journal link it."""
        text = self.cleaned_data["subject"].strip()
        if not text:
            return None
        kind, _, identifier = text.partition(":")
        try:
            return Ref(kind, UUID(identifier))
        except ValueError:
            raise forms.ValidationError(gettext("Give it as kind:id, such as assets.service:0198….")) from None

    def asked(self) -> Asked:
        """The filter; what cannot be read narrows nothing and is told beside its field."""
        self.is_valid()
        values = self.cleaned_data
        return Asked(kind=values.get("kind", ""), actor=values.get("actor", "").strip(), subject=values.get("subject"))
