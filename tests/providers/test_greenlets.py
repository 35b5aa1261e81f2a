"""Providers in a process whose threads a web server has replaced by greenlets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.parts.fresh_python import run_python
from tests.providers.server import ProviderServer, whole
from tests.queues.runs import answer

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.processes

PATCHES = {
    "gevent": "from gevent import monkey; monkey.patch_all()",
    "eventlet": "import eventlet; eventlet.monkey_patch()",
}
SCRIPT = """
import asyncio, logging, sys, threading, time
from wagtail_llm_actions.generation import GenerationRequest, GenerationResult, TextDelta
from wagtail_llm_actions.providers.health import check
from wagtail_llm_actions.providers.openai import OpenAIProvider
from wagtail_llm_actions.providers.streaming import ProviderStream

sys.stderr = sys.stdout
# In its debug mode asyncio reports what a busy machine takes long for.
logging.getLogger("asyncio").setLevel(logging.ERROR)
provider = OpenAIProvider(alias="test", base_url=sys.argv[1])
seen = set()

def look_like_django():
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        seen.add("no loop")
    else:
        seen.add("a loop")

def be_another_request():
    while True:
        look_like_django()
        time.sleep(0.01)

threading.Thread(target=be_another_request, daemon=True).start()
print(check(provider, "owl-1", timeout_seconds=30).present)
with ProviderStream(provider, GenerationRequest(model="owl-1", prompt="Hoo?", max_tokens=9)) as stream:
    item, text = None, ""
    while not isinstance(item, GenerationResult):
        item = stream.next(0.25, gather_seconds=0.1)
        text += item.text if isinstance(item, TextDelta) else ""
look_like_django()
print(text)
print(*seen)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[ProviderServer]:
    with ProviderServer() as running:
        yield running


@pytest.mark.parametrize("patch", PATCHES)
def test_no_other_request_sees_the_event_loop(patch: str, server: ProviderServer) -> None:
    models = {"object": "list", "data": [{"id": "owl-1", "object": "model"}]}
    server.play(whole(200, json.dumps(models).encode()), answer("Hoo, ", "hoo."))

    printed = run_python(PATCHES[patch] + SCRIPT, f"{server.url}/v1").splitlines()

    assert printed == ["True", "Hoo, hoo.", "no loop"]
