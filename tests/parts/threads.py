"""Threads that do the same at the same moment, as in a process that has just started."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

STARTS, THREADS = 200, 10


def at_once(call: Callable[[], object]) -> list[object]:
    """Call a function from several threads at the same moment; return what they got or raised."""
    together, answers = threading.Barrier(THREADS), list[object]()

    def work() -> None:
        together.wait()
        try:
            answers.append(call())
        except Exception as error:  # noqa: BLE001 - compared with what is expected
            answers.append(error)

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
