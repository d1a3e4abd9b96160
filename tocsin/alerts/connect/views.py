"""The screens of connecting: all integrations and a form for one more; one with its key, its guide, what arrived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tocsin.accounts.actions import issue_key
from tocsin.accounts.queries import require_of_owners, teams
from tocsin.accounts.requests import actor_of, may_they, signed_in
from tocsin.accounts.rules import KeyScope, Verb
from tocsin.alerts import actions, queries
from tocsin.alerts.connect.forms import IntegrationForm
from tocsin.alerts.connect.guides import guides, kind_word
from tocsin.alerts.connect.settings import SettingsForm, Tried, tried
from tocsin.alerts.queries.arrivals import any_alert, newest_of_integration
from tocsin.alerts.sources.registry import options_of
from tocsin.core.errors import Conflict, InvalidInput, NotFound, TocsinError
from tocsin.core.refs import Ref
from tocsin.ui.acts import act, said

if TYPE_CHECKING:
    from tocsin.alerts.models import Integration


@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
@act
def integrations(request: HttpRequest) -> HttpResponse:
    """What sends alerts here, and the form for one more. Sent, it answers with the key, which is shown this once."""
    actor = actor_of(request)
    own = [team for team in teams(actor) if may_they(request, Verb.CONFIGURE, team.id)]
    everything = may_they(request, Verb.CONFIGURE)
    form = IntegrationForm(request.POST or None, teams=own, may_be_nobodys=everything)
    if request.method == "POST" and form.is_valid():
        try:
            integration, token = _connect(request, form)
        except TocsinError as refused:
            form.add_error("name", said(refused))
        else:
            return _one(request, integration, token=token)
    rows = [{"integration": row, "kind": kind_word(row.kind)} for row in queries.integrations(actor)]
    context = {"rows": rows, "form": form if own or everything else None, "is_first": not any_alert()}
    return render(request, "alerts/connect_list.html", context, status=422 if form.is_bound else 200)


@transaction.atomic
def _connect(request: HttpRequest, form: IntegrationForm) -> tuple[Integration, str]:
    actor, details = actor_of(request), form.details()
    try:
        queries.integration_by_key(actor, details.key)
    except NotFound:
        integration = actions.save_integration(details, actor=actor)
        return integration, _new_key(request, integration)
    raise Conflict("“{key}” is connected already. Choose another name, or open it.", key=details.key)


def _new_key(request: HttpRequest, integration: Integration) -> str:
    subject = Ref("alerts.integration", integration.uuid)
    _, token = issue_key(
        name=integration.key,
        scope=KeyScope.INTEGRATION,
        team=integration.team,
        subject=subject,
        actor=actor_of(request),
    )
    return token


@never_cache
@require_GET
@signed_in
def integration(request: HttpRequest, key: str) -> HttpResponse:
    """How to let this source send, its keys, and the alerts that arrive while one looks."""
    return _one(request, queries.integration_by_key(actor_of(request), key))


@never_cache
@require_POST
@signed_in
@act
def another_key(request: HttpRequest, key: str) -> HttpResponse:
    """A further key, so that the old one can be changed in the sender before it is revoked. It is shown this once."""
    row = queries.integration_by_key(actor_of(request), key)
    return _one(request, row, token=_new_key(request, row))


def _one(request: HttpRequest, row: Integration, *, token: str = "") -> HttpResponse:
    actor = actor_of(request)
    keys = queries.integration_keys(actor, row.key)
    secrets = queries.integration_secrets(actor, row.key)
    context = {
        "integration": row,
        "kind": kind_word(row.kind),
        "guides": guides(row.kind, url=settings.CONFIG.url, token=token, secrets=secrets),
        "token": token,
        "keys": keys,
        "has_live_key": any(key.revoked_at is None for key in keys),
        "arrived": newest_of_integration(actor, row.key),
        "may_configure": may_they(request, Verb.CONFIGURE, row.team_id),
        "has_options": bool(options_of(row.kind)),
    }
    return render(request, "alerts/connect_integration.html", context)


@require_GET
@signed_in
def arrivals(request: HttpRequest, key: str) -> HttpResponse:
    """The fragment that waits for the first alert and then shows what arrives."""
    actor = actor_of(request)
    row = queries.integration_by_key(actor, key)
    context = {"integration": row, "arrived": newest_of_integration(actor, key)}
    return render(request, "alerts/_arrivals.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
@act
def options(request: HttpRequest, key: str) -> HttpResponse:
    """What may be set for this source. Without scripts, a button tries the mapping and answers with this screen."""
    row = _configured(request, key)
    form = SettingsForm(request.POST or None, kind=row.kind, options=row.options)
    if request.method == "POST" and form.is_valid() and "try" not in request.POST:
        try:
            actions.save_integration(_with(row, form.given()), actor=actor_of(request))
        except InvalidInput as refused:
            form.refuse(refused)
        else:
            messages.success(request, gettext("Saved. It takes effect within a minute."))
            return redirect("alerts-connect:integration", key=key)
    context = {"integration": row, "kind": kind_word(row.kind), "form": form, "tried": _tried(form)}
    return render(request, "alerts/connect_settings.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def try_mapping(request: HttpRequest, key: str) -> HttpResponse:
    """The fragment that shows what the mapping makes of the sample, while one writes it. Keeps nothing."""
    row = _configured(request, key)
    form = SettingsForm(request.POST, kind=row.kind, options=row.options)
    form.is_valid()
    return render(request, "alerts/_tried.html", {"tried": _tried(form)})


def _configured(request: HttpRequest, key: str) -> Integration:
    """An integration that this person may configure."""
    row = queries.integration_by_key(actor_of(request), key)
    require_of_owners(actor_of(request), Verb.CONFIGURE, row.team_id)
    return row


def _with(row: Integration, options: Mapping[str, Any]) -> actions.IntegrationDetails:
    team = row.team.key if row.team else ""
    return actions.IntegrationDetails(key=row.key, name=row.name, kind=row.kind, team=team, options=options)


def _tried(form: SettingsForm) -> Tried | None:
    if not form.has_mapping or not form.is_bound:
        return None
    return tried(form.given().get("mapping", {}), form.cleaned_data.get("sample", ""))


@require_POST
@signed_in
@act
def disconnect(request: HttpRequest, key: str) -> HttpResponse:
    """Take an integration away; connecting it again under the same name brings it back."""
    actions.remove_integration(key, actor=actor_of(request))
    messages.success(request, gettext("“%(key)s” is disconnected; its alerts stay.") % {"key": key})
    return redirect("alerts-connect:list")
