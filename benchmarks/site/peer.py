"""The peer's way: a view that asks the provider, waits for the whole text and answers with it.

Ours is not imported here. The view has what helps it: a client that is kept, and nothing to store.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import openai
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.http import require_POST

if TYPE_CHECKING:
    from django.http import HttpRequest

PAGE = """<!doctype html><html lang="en"><title>Peer</title>
<input id="token" type="hidden" value="%s"><button type="button">Generate</button>
<textarea data-part="text"></textarea><script src="generate.js"></script></html>"""

SCRIPT = """document.querySelector('button').addEventListener('click', async () => {
  const body = new URLSearchParams(location.search);
  const headers = { 'X-CSRFToken': document.getElementById('token').value };
  const response = await fetch('generate/', { method: 'POST', body, headers });
  const text = document.querySelector('textarea');
  text.value = (await response.json()).text;
  text.dataset.done = '';
});"""


@cache
def _client() -> openai.OpenAI:
    base_url = settings.WAGTAIL_LLM_ACTIONS["PROVIDERS"]["open"]["BASE_URL"]
    return openai.OpenAI(base_url=base_url, api_key="no-key", max_retries=0)


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Show a button and an empty text."""
    return HttpResponse(PAGE % get_token(request))


def script(request: HttpRequest) -> HttpResponse:
    """Fill the text when the button is pressed."""
    return HttpResponse(SCRIPT, content_type="text/javascript")


@login_required
@require_POST
def generate(request: HttpRequest) -> JsonResponse:
    """Answer when the model has written everything."""
    messages = [{"role": "user", "content": request.POST.get("prompt", "Hello.")}]
    completion = _client().chat.completions.create(
        model=request.POST["model"],
        messages=messages,  # type: ignore[arg-type]
    )
    return JsonResponse({"text": completion.choices[0].message.content})
