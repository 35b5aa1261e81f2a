"""Ask an Ollama server about a model: is it pulled, is it loaded, how long is its context?

Source: Ollama's API reference, ``/api/tags``, ``/api/ps`` and ``/api/show``; for the context that is
loaded, "Context length" in its documentation, and ``Serve`` in ``server/routes.go`` (read 2026-11-27).
"""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from wagtail_llm_actions.generation import ModelStatus
from wagtail_llm_actions.providers.response_parsing import ResponseError, read, wrong_shape

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")

DEFAULT_CONTEXT_TOKENS = 4096
"""Loaded by a server without settings of its own, except on large graphics cards."""
AUTOMATIC_CONTEXTS = frozenset({0, DEFAULT_CONTEXT_TOKENS, 32_768, 262_144})
"""Loaded by the memory of the graphics cards, where nobody has set another one; 0 is not reported."""
CLOUD = "ollama.com"
"""Models that run there have their whole context."""
NUM_CTX = re.compile(r"^\s*num_ctx\s+(\d+)\s*$", re.MULTILINE)


async def find_model(client: httpx.AsyncClient, model: str) -> ModelStatus:
    """Return the status of a model.

    Raises:
        httpx.HTTPError: The request failed.
        ResponseError: The response is JSON of another shape.
        ValueError: The response is not JSON.
    """
    name = model if ":" in model else f"{model}:latest"
    if name not in await _listed(client, "/api/tags"):
        detail = f"Pull the model on Ollama's server: ollama pull {model}"
        return ModelStatus(reachable=True, key_accepted=True, present=False, detail=detail)
    running = await _answered(_listed(client, "/api/ps", optional=True))
    loaded = (running or {}).get(name)
    shown = await _answered(_shown(client, model))
    default = None if running is None else DEFAULT_CONTEXT_TOKENS
    context_tokens, max_context_tokens = _contexts(client, shown, loaded, default=default)
    return ModelStatus(
        reachable=True,
        key_accepted=True,
        present=True,
        loaded=None if running is None else loaded is not None,
        context_tokens=context_tokens,
        max_context_tokens=max_context_tokens,
        accepts_images=_sees_images(shown),
    )


async def _answered(answer: Coroutine[Any, Any, T]) -> T | None:
    """Return an answer, or ``None`` where the server cannot give it: proxies leave some paths out."""
    try:
        return await answer
    except (httpx.HTTPStatusError, ValueError, ResponseError):
        return None


async def _listed(
    client: httpx.AsyncClient, path: str, *, optional: bool = False
) -> dict[str, SimpleNamespace]:
    """Return the models of a list by name."""
    response = await client.get(path)
    response.raise_for_status()
    listed = read(_parsed(response), "models", list)
    if listed is None and not optional:
        raise wrong_shape("models")
    return {read(model, "name", str) or "": model for model in listed or []}


async def _shown(client: httpx.AsyncClient, model: str) -> SimpleNamespace:
    response = await client.post("/api/show", json={"model": model})
    response.raise_for_status()
    return _parsed(response)


def _contexts(
    client: httpx.AsyncClient,
    shown: SimpleNamespace | None,
    loaded: SimpleNamespace | None,
    *,
    default: int | None,
) -> tuple[int | None, int | None]:
    """Return the context of a request that asks for none, and the most that one may ask for.

    The model's own file comes before what the server has loaded, perhaps for another client, and
    that before the default. None is above what the model can take. What somebody has set for the
    model or the server is not to be exceeded.

    Args:
        client: Of the server.
        shown: What it says about the model.
        loaded: What it says about the model in memory; ``None`` where it is not there.
        default: Tokens, for a model that is not in memory.
    """
    info = read(shown, "model_info", SimpleNamespace)
    counts = vars(info or SimpleNamespace()).items()
    longest = next((_count(value) for name, value in counts if name.endswith(".context_length")), 0)
    is_remote = read(shown, "remote_host", str) or client.base_url.host.endswith(CLOUD)
    if is_remote and longest:
        return longest, None
    of_file = NUM_CTX.search(read(shown, "parameters", str) or "")
    known = int(of_file[1]) if of_file else _count(getattr(loaded, "context_length", None))
    is_automatic = not of_file and known in {*AUTOMATIC_CONTEXTS, longest}
    context_tokens = min(filter(None, (known or default, longest)), default=None)
    return context_tokens, longest if is_automatic and longest else None


def _sees_images(shown: SimpleNamespace | None) -> bool | None:
    """Return whether a model has the capability ``vision``; servers before 0.6.4 list none."""
    capabilities = getattr(shown, "capabilities", None)
    return "vision" in capabilities if isinstance(capabilities, list) else None


def _count(value: object) -> int:
    return value if type(value) is int and value > 0 else 0


def _parsed(response: httpx.Response) -> SimpleNamespace:
    parsed = json.loads(response.content, object_hook=lambda members: SimpleNamespace(**members))
    if not isinstance(parsed, SimpleNamespace):
        raise wrong_shape("answer")
    return parsed
