"""Management commands in their own process, on the test's own database.

To import Django, Wagtail and an SDK takes a Python that starts some seven seconds of a processor.
On Linux one process does it for all of a test session, and the others are forked from it.
"""

from __future__ import annotations

import os
import signal
import sys
from multiprocessing import get_context
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any, cast

import django
from django.core.management import execute_from_command_line
from django.db import connection
from django.test import override_settings

from tests.parts.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Mapping
    from io import TextIOWrapper
    from typing import Self

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 5.0

FRESH = get_context("spawn")
PRELOADED = get_context("forkserver") if sys.platform == "linux" else FRESH
PRELOADED.set_forkserver_preload(["tests.parts.preloaded"])


class CommandProcess:
    """A running ``manage.py`` command; it is stopped when the ``with`` block is left.

    Args:
        command: Name of the command and its arguments.
        settings: The settings that differ from ``tests.settings``.
        database: Name of the database; without it, the test's own.
        is_fresh: Whether to start a new Python, in which nothing is imported yet.
    """

    def __init__(
        self,
        *command: str,
        settings: Mapping[str, Any],
        database: str | None = None,
        is_fresh: bool = False,
    ) -> None:
        self._log = NamedTemporaryFile()  # noqa: SIM115 - closed with the process
        context = FRESH if is_fresh else PRELOADED
        self._process = context.Process(
            target=_run,
            args=(
                command,
                dict(settings),
                database or str(connection.settings_dict["NAME"]),
                dict(os.environ),
                self._log.name,
            ),
            # Ended with the test session, if a test does not.
            daemon=True,
        )
        self._process.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.stop()
        finally:
            self._log.close()

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    @property
    def log(self) -> str:
        """Everything it has printed."""
        return Path(self._log.name).read_text()

    def has_printed(self, text: str) -> bool:
        has_ended = self.has_ended()
        has_printed = text in self.log
        assert has_printed or not has_ended, self.log
        return has_printed

    def wait_until_printed(self, text: str) -> None:
        eventually(lambda: self.has_printed(text))

    def has_ended(self) -> bool:
        return self._process.exitcode is not None

    def wait_until_ended(self) -> int:
        """Return the exit code."""
        eventually(self.has_ended)
        assert self._process.exitcode is not None
        return self._process.exitcode

    def ask_to_stop(self) -> None:
        self._process.terminate()

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        os.kill(self.pid, signal.SIGINT)

    def kill(self) -> None:
        """End it as the kernel does when memory is short."""
        self._process.kill()
        self._process.join()

    def stop(self) -> None:
        self._process.terminate()
        self._process.join(STOP_SECONDS)
        if not self.has_ended():
            self.kill()


def _run(
    command: tuple[str, ...],
    settings: dict[str, Any],
    database: str,
    environment: dict[str, str],
    log: str,
) -> None:
    """Be that process, as if a shell had started it."""
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    _print_into(log)
    # A test session in the background ignores Ctrl-C, and so does what it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["manage.py", *command]
    django.setup()
    connection.settings_dict["NAME"] = database
    with override_settings(**settings):
        execute_from_command_line(sys.argv)


def _print_into(log: str) -> None:
    """Write what the process prints into a file, line by line."""
    file = os.open(log, os.O_WRONLY | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(file, stream.fileno())
        cast("TextIOWrapper", stream).reconfigure(line_buffering=True)
    os.close(file)
