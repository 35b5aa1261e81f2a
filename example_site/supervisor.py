"""Start processes, wait until they answer, notice when one dies, and stop them all.

Knows nothing about what the processes are.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from types import FrameType, TracebackType

POLL_SECONDS = 0.1
# A busy worker would wait for its job. What is cut off here is found and marked at the next start.
GRACE_SECONDS = 1.5
TAIL_LINES = 15
SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Stopped(Exception):
    """Somebody asked the supervisor to stop."""


class PartFailed(Exception):
    """A part ended by itself, or did not answer in time; the text says which and shows its log."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One process to keep running."""

    name: str
    """As in “Web server: ready”; its log's file is named after it."""
    command: Sequence[str]
    """``-m``, a Python module and its arguments, or a program's path and its arguments."""
    environment: Mapping[str, str] = field(default_factory=dict)
    is_ready: Callable[[], bool] = lambda: True
    """Asks the process itself; called again and again until it is true."""
    patience_seconds: float = 120


@dataclass(kw_only=True)
class _Running:
    part: Part
    process: subprocess.Popen[str]
    log: Path
    started: float
    is_ready: bool = False


class Supervisor:
    """A context manager: whatever was started in it is stopped at its end.

    Ctrl-C, a closed terminal and ``kill`` make the waiting methods raise ``Stopped``. Each part is
    in a session of its own, so that Ctrl-C reaches it through the supervisor only, and once. It is
    also on a leash, so that not even ``kill -9`` of the supervisor leaves it behind (on Linux).
    """

    def __init__(self, *, folder: Path, logs: Path, say: Callable[[str], object]) -> None:
        self.folder = folder
        self.logs = logs
        self.say = say
        self.running: list[_Running] = []
        self.stop_requested = False

    def __enter__(self) -> Self:
        """Take over the signals."""
        self.logs.mkdir(parents=True, exist_ok=True)
        self._handlers = {number: signal.signal(number, self._request_stop) for number in SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop all parts, the last started first, and give the signals back."""
        for running in reversed(self.running):
            _stop(running.process)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def start(self, part: Part) -> None:
        """Start a part without waiting for it."""
        log = self.logs / f"{part.name.lower().replace(' ', '-')}.log"
        with log.open("w") as output:
            process = self._spawn(
                part.command, part.environment, output.fileno(), subprocess.STDOUT
            )
        self.running.append(_Running(part=part, process=process, log=log, started=time.monotonic()))

    def run(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> str:
        """Run a command to its end and return its short output, while its standard error is shown.

        Raises:
            Stopped, PartFailed: See there.
        """
        # Shown on the standard output: tox paints the other one red.
        shown = sys.stdout.fileno()
        with self._spawn(command, environment, subprocess.PIPE, shown) as process:
            try:
                while process.poll() is None:
                    self._pause()
            finally:
                _stop(process)
            output, _nothing = process.communicate()
        if process.returncode:
            msg = f"{name} failed with exit code {process.returncode}."
            raise PartFailed(msg)
        return output

    def wait_until_ready(self) -> None:
        """Return when every part answers.

        Raises:
            Stopped, PartFailed: See there.
        """
        while not all(running.is_ready for running in self.running):
            self._pause()

    def watch(self) -> None:
        """Never return.

        Raises:
            Stopped, PartFailed: See there.
        """
        while True:
            self._pause()

    def _request_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stop_requested = True

    def _pause(self) -> None:
        """Wait a moment and look around."""
        time.sleep(POLL_SECONDS)
        if self.stop_requested:
            raise Stopped
        for running in self.running:
            if running.process.poll() is not None:
                raise PartFailed(_obituary(running, "stopped by itself"))
            if not running.is_ready:
                self._look_at(running)

    def _look_at(self, running: _Running) -> None:
        seconds = time.monotonic() - running.started
        if running.part.is_ready():
            running.is_ready = True
            self.say(f"{running.part.name}: ready after {seconds:.1f} s.")
        elif seconds > running.part.patience_seconds:
            raise PartFailed(_obituary(running, f"did not answer within {seconds:.0f} s"))

    def _spawn(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        stdout: int,
        stderr: int,
    ) -> subprocess.Popen[str]:
        leash = [sys.executable, "-m", "example_site.leash", str(os.getpid())]
        return subprocess.Popen(  # noqa: S603 - the commands are our own
            [*leash, *command],
            cwd=self.folder,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            text=True,
            start_new_session=True,
        )


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE_SECONDS)
    # Also whatever it left in its group.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _obituary(running: _Running, what: str) -> str:
    lines = running.log.read_text(errors="replace").splitlines()[-TAIL_LINES:]
    return "\n".join(
        [
            f"{running.part.name} {what}. The end of {running.log}:",
            *(f"    {line}" for line in lines),
        ]
    )
