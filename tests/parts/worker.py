"""``llm_actions_worker`` in its own process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.parts.processes import CommandProcess

if TYPE_CHECKING:
    from collections.abc import Mapping


class WorkerProcess(CommandProcess):
    """A worker that is ready for its first run."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__("llm_actions_worker", settings=settings)

    def wait_until_ready(self) -> None:
        self.wait_until_printed("Listening on")
