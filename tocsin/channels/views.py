"""The screens on which people say where they are reached, and see what became of the messages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tocsin.accounts.requests import actor_of, signed_in
from tocsin.channels import actions, queries, wording
from tocsin.channels.forms import ContactForm
from tocsin.core.errors import TocsinError
from tocsin.ui.acts import act, said

TONES = {"sent": "ok", "failed": "bad", "unknown": "warn", "dropped": "quiet"}


@require_http_methods(["GET", "POST"])
@signed_in
@act
def contacts(request: HttpRequest) -> HttpResponse:
    """Where the reader is reached, and a form to be reached elsewhere too."""
    actor = actor_of(request)
    person = queries.owner(actor)
    form = ContactForm(request.POST or None, channels=queries.channels())
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.add_contact(person.login, form.contact(), actor=actor)
        except TocsinError as refused:
            form.add_error("address", said(refused))
        else:
            messages.success(request, gettext("Added. Send a test to see whether it arrives."))
            return redirect("channels:contact", row.uuid)
    rows = [_row(each) for each in queries.contacts_of(actor, person)]
    context = {"rows": rows, "form": form, "troubles": [each for each in queries.channels() if each.trouble]}
    return render(request, "channels/contacts.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_GET
@signed_in
def contact(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """One contact: its secret where it has one, and the latest messages to it."""
    actor = actor_of(request)
    row = queries.visible_contact(actor, contact_id)
    context = {
        "row": _row(row),
        "secret": queries.contact_secret(actor, contact_id) if row.is_signed else "",
        "sent": [_message(each) for each in queries.deliveries_to(actor, contact_id)],
    }
    return render(request, "channels/contact.html", context)


@require_POST
@signed_in
@act
def send_test(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Send a test message there."""
    actions.send_test(contact_id, actor=actor_of(request))
    messages.success(request, gettext("A test message is on its way."))
    return redirect("channels:contact", contact_id)


@require_POST
@signed_in
@act
def remove_contact(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Be reached there no more."""
    actions.remove_contact(contact_id, actor=actor_of(request))
    messages.success(request, gettext("Removed: nothing is sent there any more."))
    return redirect("channels:contacts")


def _row(contact: queries.ContactView) -> dict[str, Any]:
    return {
        "contact": contact,
        "channel": wording.channel_word(contact.channel),
        "last": _message(contact.last) if contact.last else None,
    }


def _message(message: queries.DeliveryView) -> dict[str, Any]:
    return {
        "message": message,
        "state": wording.state_words(message.state),
        "tone": TONES.get(message.state, ""),
        "why": wording.reason_words(message.reason) if message.reason else "",
        "at": message.finished_at or message.queued_at,
    }
