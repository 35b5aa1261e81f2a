"""Programs that no package of PyPI has, from Debian, where this user may install them."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def can_install() -> bool:
    """Return whether this is Debian, or alike, and this user is root."""
    return bool(shutil.which("apt-get")) and os.geteuid() == 0


def install(*packages: str, unless: Callable[[], object]) -> None:
    """Install packages unless they are there by now.

    Only one process installs at a time, because ``apt-get`` does not wait for another one.

    Raises:
        CalledProcessError: ``apt-get`` has failed.
    """
    with Path(tempfile.gettempdir(), "llm-actions-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if unless():
            return
        subprocess.run(["apt-get", "update"], check=True)  # noqa: S607
        subprocess.run(["apt-get", "install", "--yes", *packages], check=True)  # noqa: S603, S607
