"""What may be set for an integration: read as its source declares it, with its secrets sealed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tocsin.accounts.queries import keyring
from tocsin.alerts.intake.secrets import SEALED, seal, unseal
from tocsin.alerts.sources.options import Shape, settled
from tocsin.alerts.sources.registry import options_of
from tocsin.core.errors import InvalidInput

if TYPE_CHECKING:
    from tocsin.alerts.models import Integration


def kept_options(row: Integration, kind: str, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """The options as the row shall hold them; InvalidInput names the one that is wrong.

    None leaves them as they are, but for those of another kind. A secret that is the kept one, sealed or not, stays.
    """
    if given is None:
        return row.options if kind == row.kind else {}
    declared = options_of(kind)
    options = settled(declared, given)
    secret = [option.name for option in declared if option.shape is Shape.SECRET and option.name in options]
    return options | {name: _sealed(row, name, options[name]) for name in secret}


def _sealed(row: Integration, name: str, given: str) -> str:
    kept = row.options.get(name, "")
    if given == kept:
        return given
    if given.startswith(SEALED):
        if unseal(keyring(), row.uuid, given) is None:
            raise InvalidInput("{name}: this was sealed elsewhere; give the secret itself.", name=name)
        return given
    return kept if kept and unseal(keyring(), row.uuid, kept) == given else seal(keyring(), row.uuid, given)
