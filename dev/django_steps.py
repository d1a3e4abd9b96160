"""`python -m dev.django_steps [models|migrations|reference]`: the checks that need Django, in one process."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable

from dev import records, reference


def models() -> list[str]:
    """House rules for every model of ours."""
    from django.apps import apps

    ours = [model for model in apps.get_models() if model.__module__.startswith("tocsin.")]
    return [f"{found.path}: [{found.rule}] {found.message}" for found in records.findings(ours, records.floors())]


def migrations() -> list[str]:
    """Models and migrations say the same; no database is asked."""
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState

    loader = MigrationLoader(None)
    conflicts = [f"{app}: two leaf migrations, {', '.join(names)}" for app, names in loader.detect_conflicts().items()]
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    changes = detector.changes(graph=loader.graph)
    missing = [
        f"{app}: a migration is missing: {operation.describe()}"
        for app, changed in changes.items()
        for migration in changed
        for operation in migration.operations
    ]
    return conflicts + missing


STEPS: dict[str, Callable[[], list[str]]] = {
    "models": models,
    "migrations": migrations,
    "reference": reference.compare,
}


def set_up() -> None:
    """Django without a database or a person's settings."""
    for name in [name for name in os.environ if name.startswith("TOCSIN_")]:
        del os.environ[name]
    os.environ["TOCSIN_CONFIG"] = os.devnull
    os.environ["TOCSIN_DATA_DIR"] = tempfile.gettempdir()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tocsin.main.settings"
    import django

    django.setup()


def main(arguments: list[str]) -> int:
    """Run the named steps, or all; `--write` writes the reference instead."""
    set_up()
    if "--write" in arguments:
        reference.write_all()
        return 0
    failed = 0
    for name in arguments or STEPS:
        for problem in STEPS[name]():
            print(f"{name}: {problem}")
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
