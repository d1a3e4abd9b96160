"""The words of this room's values and facts, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext, pgettext

from tocsin.accounts import facts
from tocsin.journal.facts import Stored


def role_word(role: str) -> str:
    """What a person may do."""
    return {
        "admin": pgettext("role", "Administrator"),
        "responder": pgettext("role", "Responder"),
        "viewer": pgettext("role", "Viewer"),
        "guest": pgettext("role", "Guest"),
    }.get(role, role)


def scope_word(scope: str) -> str:
    """What a key is for."""
    return {
        "integration": pgettext("scope of a key", "Sends alerts"),
        "read": pgettext("scope of a key", "Reads"),
        "manage": pgettext("scope of a key", "Reads and changes"),
    }.get(scope, scope)


def _person(fact: Stored) -> str:
    params = {"login": fact.data["login"], "fields": ", ".join(fact.data["changed"])}
    if fact.data["created"]:
        return gettext("Person %(login)s added.") % params
    return gettext("Person %(login)s changed: %(fields)s.") % params


def _team(fact: Stored) -> str:
    params = {"key": fact.data["key"], "members": ", ".join(fact.data["members"]) or "–"}
    if fact.data["created"]:
        return gettext("Team %(key)s added, with %(members)s.") % params
    return gettext("Team %(key)s changed; its members: %(members)s.") % params


def _organisation(fact: Stored) -> str:
    return gettext("The organisation's settings changed: %(fields)s.") % {"fields": ", ".join(fact.data["changed"])}


def _signed_in(fact: Stored) -> str:
    if fact.data["by"] == "link":
        return gettext("Signed in by a one-time link.")
    return gettext("Signed in by password.")


FACTS: Mapping[str, Callable[[Stored], str]] = {
    facts.PersonSaved.kind: _person,
    facts.PersonDeactivated.kind: lambda fact: gettext("Person %(login)s can no longer sign in.") % fact.data,
    facts.TeamSaved.kind: _team,
    facts.TeamRemoved.kind: lambda fact: gettext("Team %(key)s removed.") % fact.data,
    facts.OrganisationSaved.kind: _organisation,
    facts.KeyIssued.kind: lambda fact: gettext("Key “%(name)s” (%(prefix)s…) made.") % fact.data,
    facts.KeyRevoked.kind: lambda fact: gettext("Key “%(name)s” (%(prefix)s…) revoked.") % fact.data,
    facts.SignInLinkIssued.kind: lambda fact: gettext("One-time sign-in link made for %(login)s.") % fact.data,
    facts.SignedIn.kind: _signed_in,
    facts.SignInRefused.kind: lambda fact: gettext("Sign-in refused: wrong login or password."),
}
"""What each kind of fact says, without who did it."""
