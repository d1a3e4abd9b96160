"""The import-linter contract "doors": a room is entered by its doors only.

Floors say who may call whom, stairs say what may call what inside a room. This says by which modules a room may be
entered from another: `tocsin.paging.actions` is a door, `tocsin.paging.models` is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Which modules are doors; rooms by their names below the root package."""

    root: str
    doors: frozenset[str]
    more_doors: frozenset[str]
    open_rooms: frozenset[str]
    visitors: frozenset[str]

    def allows(self, importer: str, imported: str) -> bool:
        """Whether `importer` may import `imported`, both full module names."""
        here, there = self._inside(importer), self._inside(imported)
        if not here or not there or here[0] == there[0]:
            return True
        if here[0] in self.visitors or there[0] in self.open_rooms or len(there) == 1:
            return True
        if here[1:] == there[1:] == ["models"]:  # a foreign key needs the class it points at; floors keep it downward
            return True
        return there[1] in self.doors or f"{there[0]}.{there[1]}" in self.more_doors

    def _inside(self, module: str) -> list[str]:
        root, _, rest = module.partition(".")
        return rest.split(".") if root == self.root and rest else []


def _names(given: object) -> frozenset[str]:
    """The values of a set option: import-linter replaces the declared field by them, or by None."""
    return frozenset(str(name) for name in cast("Iterable[object]", given or ()))


class DoorsContract(Contract):
    """Fails on each import that enters a room past its doors."""

    type_name = "doors"

    root = fields.StringField()
    doors = fields.SetField(subfield=fields.StringField())
    more_doors = fields.SetField(subfield=fields.StringField(), required=False)
    open_rooms = fields.SetField(subfield=fields.StringField(), required=False)
    visitors = fields.SetField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look at every import once."""
        house = House(
            root=str(self.root),
            doors=_names(self.doors),
            more_doors=_names(self.more_doors),
            open_rooms=_names(self.open_rooms),
            visitors=_names(self.visitors),
        )
        broken = sorted(
            (importer, imported)
            for importer in graph.modules
            for imported in graph.find_modules_directly_imported_by(importer)
            if not house.allows(importer, imported)
        )
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """One line an import, and what to do."""
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} imports {imported}, which is no door.", bold=False)
        output.print_error("Enter a room by its actions, queries, facts, rules or ports.")
