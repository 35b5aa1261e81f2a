"""Management commands in their own process, on the test's own database."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from django.db import connection

from tests.parts.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 5.0


class CommandProcess:
    """A running ``manage.py`` command; it is stopped when the ``with`` block is left."""

    def __init__(self, *command: str, settings: Mapping[str, Any]) -> None:
        self._log = TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "django", *command],
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "tests.settings",
                "PYTHONUNBUFFERED": "1",
                "TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
                "TEST_SETTINGS": json.dumps(settings),
            },
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.stop()
        finally:
            self._log.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        """Everything it has printed."""
        # By position, because the process writes through the same open file.
        return os.pread(self._log.fileno(), os.fstat(self._log.fileno()).st_size, 0).decode()

    def has_printed(self, text: str) -> bool:
        assert not self.has_ended(), self.log
        return text in self.log

    def wait_until_printed(self, text: str) -> None:
        eventually(lambda: self.has_printed(text))

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def wait_until_ended(self) -> int:
        """Return the exit code."""
        eventually(self.has_ended)
        return self._process.returncode

    def ask_to_stop(self) -> None:
        self._process.terminate()

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """End it as the kernel does when memory is short."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
