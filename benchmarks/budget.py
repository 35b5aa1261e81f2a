"""Where the time from the click to the first text goes, by what is recorded anyway."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from benchmarks.clicks import Click

POLL = re.compile(r"/llm/runs/([0-9a-f-]{36})/")
START = re.compile(r"/llm/runs/$")
MS = 1_000
PARTS = {
    "browser": "from the click until the request leaves",
    "request and bind": "until the web server has bound the form and begins to record the run",
    "queue and claim": "until the run is recorded, queued, taken by a worker and claimed",
    "call": "until the worker asks the provider",
    "provider": "until the first text is there; the model itself takes what its name says",
    "stream": "until the browser asks for news, and the text waits for it",
    "poll": "until the answer with the text is in the browser",
    "paint": "until a frame shows it",
}


def budget(click: Click) -> Mapping[str, float]:
    """Return the milliseconds of each of ``PARTS``; they add up to the whole."""
    start = next(request for request in click.requests if START.search(request.url))
    polls = [request for request in click.requests if POLL.search(request.url)]
    # The last answer before the text was seen brought it.
    poll = max(
        (each for each in polls if each.answered <= click.first_text),
        key=lambda request: request.answered,
    )
    (run_id,) = POLL.findall(poll.url)
    run = LLMRun.objects.get(pk=run_id)
    # A text that does not fit its field is written a second time, after it was seen.
    attempt = run.attempts.earliest("started_at")
    ends = [
        start.sent,
        _ms(run.queued_at),
        _ms(run.started_at),
        _ms(attempt.started_at),
        _ms(attempt.first_token_at),
        poll.sent,
        poll.answered,
        click.first_text,
    ]
    parts = {}
    begun = click.clicked
    for part, end in zip(PARTS, ends, strict=True):
        # A poll that is under way when the text comes has not waited for it.
        parts[part] = max(end - begun, 0.0)
        begun = max(begun, end)
    return parts


def _ms(moment: datetime | None) -> float:
    assert moment is not None  # noqa: S101 - for the type checker
    return moment.timestamp() * MS
