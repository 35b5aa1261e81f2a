"""``llm_actions_worker`` in its own process."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.parts.processes import CommandProcess
from tests.parts.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class WorkerProcess(CommandProcess):
    """A worker that is ready for its first run."""

    def __init__(self, settings: Mapping[str, Any], *options: str, is_fresh: bool = False) -> None:
        command = ("llm_actions_worker", *options)
        super().__init__(*command, settings=settings, is_fresh=is_fresh)

    def wait_until_ready(self) -> None:
        self.wait_until_printed("Listening on")

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let it do nothing for a while (Linux only)."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            eventually(self._is_stopped)
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    def _is_stopped(self) -> bool:
        """Return whether none of its threads does anything, not even what it had begun."""
        statuses = Path("/proc", str(self.pid), "task").glob("*/status")
        return all("State:\tT" in status.read_text() for status in statuses)
