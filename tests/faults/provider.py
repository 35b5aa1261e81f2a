"""The misbehaving provider in its own process, as tests see it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.request import urlopen

from tests.faults.answers import BEHAVIOURS
from tests.parts.processes import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Self

    from tests.faults.misbehaving import Record

PACED = {
    # Long enough to be hit in the middle, with every word shown on its way.
    "steady": "steady:20:0.1",
    "quick": "steady:3:0.01",
    "slow": "steady:50:0.1",
    "endless-drip": "steady:100000:0.1",
}
"""Models that answer well, each at its own pace: words, and seconds between them."""


PRICE = {"INPUT": 1, "OUTPUT": 1}
"""US dollars per million tokens."""
A_DOLLAR = {"INPUT": 0, "OUTPUT": 0, "REQUESTS": 1_000}
"""For each call."""


class FaultyProvider:
    """Start it with ``with``; every model of ``models()`` is a way to answer."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.misbehaving"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        self._port, self._control = map(int, self._process.stdout.readline().split())
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def settings(self) -> dict[str, Any]:
        """Return the provider and its models for ``WAGTAIL_LLM_ACTIONS``."""
        names = {**PACED, **{name: name for name in BEHAVIOURS}}
        return {
            "PROVIDERS": {
                "faulty": {
                    "BACKEND": "wagtail_llm_actions.providers.openai.OpenAIProvider",
                    "BASE_URL": f"http://127.0.0.1:{self._port}/v1",
                }
            },
            "MODELS": {
                "dear": {"PROVIDER": "faulty", "NAME": PACED["steady"], "PRICE": A_DOLLAR},
                **{
                    key: {"PROVIDER": "faulty", "NAME": name, "PRICE": PRICE}
                    for key, name in names.items()
                },
            },
        }

    def calls(self, markers: Iterable[str]) -> list[Record]:
        """Return every call for these runs, in the order in which they came."""
        wanted = set(markers)
        calls: list[Record] = json.loads(self._ask("/calls"))
        return [call for call in calls if call["marker"] in wanted]

    def break_down(self) -> None:
        """Cut every connection, and refuse new ones."""
        self._ask("/outage")

    def fall_silent(self) -> None:
        """Say nothing more on any connection, as when packets are dropped."""
        self._ask("/silence")

    def mend(self) -> None:
        self._ask("/mend")

    def _ask(self, path: str) -> bytes:
        with urlopen(f"http://127.0.0.1:{self._control}{path}", timeout=20) as answer:
            said: bytes = answer.read()
        return said
