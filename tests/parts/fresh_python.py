"""Another Python process, in which nothing is imported yet."""

from __future__ import annotations

import subprocess
import sys
import textwrap


def run_python(script: str, *arguments: str) -> str:
    """Run a script and return what it printed."""
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script), *arguments],
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
