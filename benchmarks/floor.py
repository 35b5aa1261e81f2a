"""What no way of showing a text can beat: the first token without site, queue and browser."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

from openai import AsyncOpenAI

if TYPE_CHECKING:
    from benchmarks.pace import Pace
    from benchmarks.rig import Provider

MESSAGES = [{"role": "user", "content": "Hello."}]
MS = 1_000


class Floor:
    """Asks a provider directly, from this process."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._client = AsyncOpenAI(base_url=provider.base_url, api_key="no-key", max_retries=0)

    async def sdk_ms(self, pace: Pace) -> float:
        """Return when the SDK, with a client that is kept, gives the first text."""
        begun = time.perf_counter()
        messages: Any = MESSAGES
        stream = await self._client.chat.completions.create(
            model=pace.model, messages=messages, stream=True
        )
        took = 0.0
        async for chunk in stream:
            if not took and chunk.choices and chunk.choices[0].delta.content:
                took = time.perf_counter() - begun
        return took * MS

    async def http_ms(self, pace: Pace) -> float:
        """Return when the first text is in the socket, over a new connection."""
        body = json.dumps({"model": pace.model, "messages": MESSAGES, "stream": True})
        begun = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", self._provider.port)
        head = f"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: {len(body)}\r\n\r\n"
        writer.write(f"{head}{body}".encode())
        await reader.readuntil(b'"content"')
        took = time.perf_counter() - begun
        writer.close()
        return took * MS
