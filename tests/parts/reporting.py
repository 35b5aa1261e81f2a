"""A provider that says in which process it works, and what it found there."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

from wagtail_llm_actions.generation import TextDelta
from wagtail_llm_actions.providers.openai import OpenAIProvider

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from openai import AsyncOpenAI

    from wagtail_llm_actions.generation import GenerationRequest, StreamItem


class ReportingProvider(OpenAIProvider):
    """OpenAI's adapter; a line of JSON stands before each of its answers."""

    def build_client(self) -> AsyncOpenAI:
        self.client_built_in = os.getpid()
        return super().build_client()

    async def stream(self, request: GenerationRequest) -> AsyncGenerator[StreamItem]:
        found = set(sys.modules)
        is_reported = False
        async for item in super().stream(request):
            if not is_reported:
                is_reported = True
                report = {
                    "pid": os.getpid(),
                    "client_built_in": self.client_built_in,
                    "imported": sorted(set(sys.modules) - found),
                }
                yield TextDelta(text=f"{json.dumps(report)}\n")
            yield item
