"""The processes that are measured, and what they use of the machine (on Linux)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Self

ROOT = Path(__file__).parents[1]
START_SECONDS = 900.0
STOP_SECONDS = 15.0
LOOK_SECONDS = 0.05
KILOBYTES = 1024


class Process:
    """A Python module in its own process; stopped when the ``with`` block is left."""

    def __init__(self, *command: str, niceness: int = 0, policy: int = os.SCHED_OTHER) -> None:
        self._log = TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            # A group of its own: Ctrl-C comes to us, and we end it. No session of its own: Linux
            # shares the processor among sessions, whatever the niceness in them.
            process_group=0,
        )
        os.setpriority(os.PRIO_PROCESS, self.pid, niceness)
        os.sched_setscheduler(self.pid, policy, os.sched_param(0))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Of the process itself; it may have children."""
        return self._process.pid

    @property
    def log(self) -> str:
        """Everything it has printed."""
        return os.pread(self._log.fileno(), os.fstat(self._log.fileno()).st_size, 0).decode()

    def wait_until(self, is_ready: Callable[[], bool]) -> None:
        """Wait for something that this process has to do first.

        Raises:
            RuntimeError: It ended, or was not ready in time.
        """
        wait_until(is_ready, or_while=lambda: self._process.poll() is None, log=lambda: self.log)

    def stop(self) -> None:
        """End it, at first politely."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()


def wait_until(
    is_ready: Callable[[], bool],
    *,
    or_while: Callable[[], bool] = lambda: True,
    log: Callable[[], str] = lambda: "",
    seconds: float = START_SECONDS,
) -> None:
    """Ask again and again until the answer is true.

    Raises:
        RuntimeError: It is not true in time, or ``or_while`` is not true any more.
    """
    deadline = time.monotonic() + seconds
    while not is_ready():
        if not or_while() or time.monotonic() > deadline:
            msg = f"Not ready after {seconds:.0f} s, or ended:\n{log()}"
            raise RuntimeError(msg)
        time.sleep(LOOK_SECONDS)


def family(pids: Iterable[int]) -> list[psutil.Process]:
    """Return processes with all their living descendants."""
    members = []
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            members += [process, *process.children(recursive=True)]
    return members


@contextmanager
def on_cores(cores: Iterable[int]) -> Iterator[None]:
    """Let what is started until the ``with`` block is left run on these cores alone."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def move_to_cores(pids: Iterable[int], cores: Iterable[int]) -> None:
    """Let processes that are running, and their descendants, run on these cores alone."""
    cores = set(cores)
    for process in family(pids):
        for thread in process.threads():
            with suppress(ProcessLookupError):
                os.sched_setaffinity(thread.id, cores)


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return what processes and their descendants have used until now, the ended ones too."""
    total = 0.0
    for process in family(pids):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def pss_megabytes(pids: Iterable[int]) -> float:
    """Return the memory of processes and their descendants; shared pages are shared out."""
    kilobytes = 0
    for process in family(pids):
        with suppress(OSError):
            rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
            pss = next(line for line in rollup.splitlines() if line.startswith("Pss:"))
            kilobytes += int(pss.split()[1])
    return kilobytes / KILOBYTES
