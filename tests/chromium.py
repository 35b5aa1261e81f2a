"""The browser that the browser tests drive; ``python -m tests.chromium`` makes sure of one.

A Chromium of the system comes first, then Debian's where this user may install it, then the build
that Playwright downloads. Of Debian's, the headless shell is best: it draws no windows of its own, and
takes an eighth of the processor time that Chromium takes for a page.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys

from tests import debian

HEADLESS_SHELL = "chromium-headless-shell"
COMMANDS = (
    HEADLESS_SHELL,
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A window joins the process of another one of its profile; to start one takes a quarter of a page's time.
    "--process-per-site",
]


def executable() -> str | None:
    """Return the path of the system's Chromium, or None where Playwright has to use its own."""
    return next(filter(None, map(shutil.which, COMMANDS)), None)


def install() -> None:
    """Install Chromium by the first way that this machine allows."""
    if debian.can_install():
        for package, found in ((HEADLESS_SHELL, has_headless_shell), ("chromium", executable)):
            with contextlib.suppress(subprocess.CalledProcessError):
                debian.install(package, unless=found)
    if not executable():
        playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(playwright, check=True)  # noqa: S603


def has_headless_shell() -> bool:
    """Return whether the best of them is there."""
    return bool(shutil.which(HEADLESS_SHELL))


if __name__ == "__main__":
    if not has_headless_shell():
        install()
