"""Signing in and out; who there is, and which keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tocsin.accounts import actions, queries, wording
from tocsin.accounts.forms import SignInForm
from tocsin.accounts.requests import actor_of, may_they, signed_in
from tocsin.accounts.rules import SYSTEM, Verb
from tocsin.accounts.throttle import Throttle
from tocsin.core.errors import Forbidden
from tocsin.ui.acts import act

if TYPE_CHECKING:
    pass

BACKEND = "django.contrib.auth.backends.ModelBackend"
THROTTLE = Throttle(limit=10, window_s=300)
ADDRESSES = Throttle(limit=100, window_s=300)
"""Trying one password on many accounts is slowed too. Only refusals count: an office is one address."""


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else "/"


def _network(request: HttpRequest) -> str:
    return request.headers.get("X-Forwarded-For", "") or request.META.get("REMOTE_ADDR", "")


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """By login and password. Ten refusals from one place to one account pause it for five minutes, not the account."""
    if request.user.is_authenticated:
        return redirect(_next(request))
    form = SignInForm(request, request.POST or None)
    status = 200
    if request.method == "POST":
        place = (_network(request), request.POST.get("login", ""))
        if not (THROTTLE.admits(place) and ADDRESSES.admits(place[0])):
            raise Forbidden("Too many attempts from here. Wait five minutes, then try again.", status=429)
        if form.is_valid() and form.person is not None:
            THROTTLE.forget(place)
            ADDRESSES.take_back(place[0])
            auth.login(request, form.person, backend=BACKEND)
            actions.record_sign_in(form.person, by="password", actor=queries.actor_for_person(form.person))
            return redirect(_next(request))
        actions.record_refused_sign_in(reason="wrong login or password", actor=SYSTEM)
        status = 422
    return render(request, "accounts/sign_in.html", {"form": form, "next": _next(request)}, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time link. Opening it shows a button; mail scanners that open links use nothing up."""
    if request.method == "POST":
        auth.login(request, actions.use_sign_in_link(token), backend=BACKEND)
        return redirect("/")
    return render(request, "accounts/sign_in_link.html", {"token": token})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    auth.logout(request)
    return redirect("accounts:sign-in")


def permit(request: HttpRequest) -> HttpResponse:
    """Whether this browser may follow live changes: asked by the front, which knows no sessions."""
    return HttpResponse(status=204 if request.user.is_authenticated else 401)


@require_GET
@signed_in
def people(request: HttpRequest) -> HttpResponse:
    """Teams with their members, and everybody the reader may see."""
    actor = actor_of(request)
    rows = [{"person": person, "role": wording.role_word(person.role)} for person in queries.people(actor)]
    return render(request, "accounts/people.html", {"teams": queries.teams(actor), "people": rows})


@never_cache
@require_GET
@signed_in
def keys(request: HttpRequest) -> HttpResponse:
    """Every key of the reader's teams, live ones first, and a button to revoke each that they may."""
    rows: list[dict[str, Any]] = [
        {
            "key": key,
            "scope": wording.scope_word(key.scope),
            "may_revoke": key.revoked_at is None and may_they(request, Verb.CONFIGURE, key.team_id),
        }
        for key in queries.keys(actor_of(request))
    ]
    rows.sort(key=lambda row: row["key"].revoked_at is not None)
    return render(request, "accounts/keys.html", {"rows": rows})


@require_POST
@signed_in
@act
def revoke_key(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Stop a key. A revoked key cannot be brought back; the screen says so before."""
    actions.revoke_key(str(key_id), actor=actor_of(request))
    messages.success(request, gettext("The key is revoked; it stops everywhere within a minute."))
    return redirect("accounts:keys")
