"""The browser that the browser tests drive; ``python -m tests.chromium`` makes sure of one.

A Chromium of the system comes first, then Debian's where this user may install it, then the build
that Playwright downloads.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def executable() -> str | None:
    """Return the path of the system's Chromium, or None where Playwright has to use its own."""
    return next(filter(None, map(shutil.which, COMMANDS)), None)


def install() -> None:
    """Install Chromium by the first way that this machine allows."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update"], check=True)  # noqa: S607
        subprocess.run(["apt-get", "install", "--yes", "chromium"], check=False)  # noqa: S607
    if not executable():
        playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(playwright, check=True)  # noqa: S603


if __name__ == "__main__":
    if not executable():
        install()
