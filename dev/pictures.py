"""`python -m dev.pictures`: make the pictures of README and docs again, from the demo, in Debian's Chromium.

Needs the test extra (Playwright) and Chromium. Times and counts in a picture are those of that run.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dev.findings import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, StorageState

FOLDER = ROOT / "docs" / "pictures"
PATIENCE_S = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One file: which screen, how wide and high (CSS pixels), in which theme and language."""

    name: str
    path: str
    width: int = 1440
    height: int = 1180
    theme: str = "light"
    locale: str = "en"


PICTURES = (
    Picture(name="incident", path="/incidents/INC-1"),
    Picture(name="incident-phone", path="/incidents/INC-1", width=390, height=844, theme="dark"),
    Picture(name="alerts", path="/alerts", height=900),
    Picture(name="on-call", path="/oncall", height=900, theme="dark"),
)


@contextmanager
def demo() -> Iterator[str]:
    """A demo that stays up; gives its one-time sign-in address."""
    with tempfile.TemporaryDirectory(prefix="tocsin-pictures-") as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-c", "from tocsin.main.cli import main; main()", "demo"]
        process = subprocess.Popen([*command, "--data-dir", folder + "/data", "--json", str(report)])
        try:
            deadline = time.monotonic() + PATIENCE_S
            while not report.is_file() or not report.read_text(encoding="utf-8").endswith("}\n"):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit("The demo ended before its report.")
                time.sleep(0.5)
            yield json.loads(report.read_text(encoding="utf-8"))["sign_in_url"]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def take(browser: Browser, base: str, signed_in: StorageState, picture: Picture) -> None:
    """One screenshot, with device pixels of 1 so that the files stay small."""
    context = browser.new_context(
        storage_state=signed_in,
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="dark" if picture.theme == "dark" else "light",
        locale=picture.locale,
    )
    page = context.new_page()
    page.goto(f"{base}{picture.path}?theme={picture.theme}")
    page.wait_for_function("document.fonts.status === 'loaded'")
    page.wait_for_timeout(1500)  # the live state settles; a picture that shows "Catching up" would mislead
    page.screenshot(path=FOLDER / f"{picture.name}.png")
    context.close()


def main() -> None:
    """Run the demo, sign in, take every picture."""
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(exist_ok=True)
    with demo() as link, sync_playwright() as playwright:
        program = os.environ.get("TOCSIN_CHROMIUM", "/usr/bin/chromium")
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        page = browser.new_page()
        page.goto(link)
        page.click("main button")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        for picture in PICTURES:
            take(browser, link.partition("/sign-in")[0], page.context.storage_state(), picture)
            print(f"docs/pictures/{picture.name}.png")
        browser.close()


if __name__ == "__main__":
    main()
