"""What people fill in to be reached somewhere."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from tocsin.channels.actions import NewContact
from tocsin.channels.queries import ChannelInfo
from tocsin.channels.wording import channel_word


class ContactForm(forms.Form):
    """A channel and an address on it; the channel itself says whether it is one."""

    channel = forms.ChoiceField(label=_("Channel"))
    address = forms.CharField(label=_("Address"), max_length=2000)

    def __init__(self, data: object, *, channels: Sequence[ChannelInfo]) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict or None, as Django's form takes it
        choice = self.fields["channel"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(channel.kind, channel_word(channel.kind)) for channel in channels]
        self.fields["address"].help_text = "; ".join(
            f"{channel_word(channel.kind)}: {channel.address_example}" for channel in channels
        )

    def contact(self) -> NewContact:
        """What was typed."""
        return NewContact(channel=self.cleaned_data["channel"], address=self.cleaned_data["address"])
