"""Ask an Ollama server about a model: is it pulled, is it loaded, how long is its context?

Source: Ollama's API reference, ``/api/tags``, ``/api/ps`` and ``/api/show``.
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING

from wagtail_llm_actions.generation import ModelStatus
from wagtail_llm_actions.providers.response_parsing import read, wrong_shape

if TYPE_CHECKING:
    import httpx


async def find_model(client: httpx.AsyncClient, model: str) -> ModelStatus:
    """Return the status of a model.

    Raises:
        httpx.HTTPError: The request failed.
        ResponseError: The response is JSON of another shape.
        ValueError: The response is not JSON.
    """
    name = model if ":" in model else f"{model}:latest"
    if name not in await _names(client, "/api/tags"):
        detail = f"Pull the model on Ollama's server: ollama pull {model}"
        return ModelStatus(reachable=True, key_accepted=True, present=False, detail=detail)
    return ModelStatus(
        reachable=True,
        key_accepted=True,
        present=True,
        loaded=name in await _names(client, "/api/ps"),
        context_tokens=await _context_tokens(client, model),
    )


async def _names(client: httpx.AsyncClient, path: str) -> list[str]:
    response = await client.get(path)
    response.raise_for_status()
    listed = read(_parsed(response), "models", list)
    if listed is None:
        raise wrong_shape("models")
    return [read(model, "name", str) or "" for model in listed]


async def _context_tokens(client: httpx.AsyncClient, model: str) -> int | None:
    response = await client.post("/api/show", json={"model": model})
    response.raise_for_status()
    info = read(_parsed(response), "model_info", SimpleNamespace)
    found = [
        value
        for name, value in vars(info or SimpleNamespace()).items()
        if name.endswith(".context_length") and isinstance(value, int)
    ]
    return found[0] if found else None


def _parsed(response: httpx.Response) -> SimpleNamespace:
    parsed = json.loads(response.content, object_hook=lambda members: SimpleNamespace(**members))
    if not isinstance(parsed, SimpleNamespace):
        raise wrong_shape("answer")
    return parsed
