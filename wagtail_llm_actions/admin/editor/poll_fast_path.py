"""Most polls: a run is not final yet, and who asks has been checked a moment ago.

Before each view Wagtail asks for the right to enter the admin and for the user's language, and
the view for the right to edit. That is several times what the news of a run cost. So the views that
have asked give a *pass* out with the address of the next poll: signed, good for half a minute, for
the runs of one click, and for the session that asked, by its cookie. With it, a poll is answered
from the runs alone. Without it, or where a run has come to its end, everything is asked again.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django.core import signing
from django.db.models import F, Func, IntegerField, Subquery
from django.http import JsonResponse
from django.urls import URLPattern
from django.urls.resolvers import RoutePattern
from django.utils.translation import get_language, override
from django.views.decorators.cache import never_cache

from wagtail_llm_actions.admin.editor.poll_interval import LOAD
from wagtail_llm_actions.admin.editor.serializers import Cursor, live_states
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.lifecycle.recovery import recover_throttled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.http import HttpRequest, HttpResponse
    from django.urls import ResolverMatch

    from wagtail_llm_actions.admin.editor.serializers import RunState

POLL_TOKEN_SECONDS = 30
"""A right or a session that is taken away ends the live text after so long at most."""
DONE = "done"
"""In place of a position: the browser has the end of that run."""
MAX_DIGITS = 18
SALT = "wagtail_llm_actions.poll"

_ACTIVE = Subquery(
    LLMRun.objects.filter(status__in=LLMRun.UNFINISHED)
    .exclude(trigger=LLMRun.Trigger.BULK)
    .order_by()
    .values(number=Func(F("pk"), function="COUNT", output_field=IntegerField()))
)
_LIVE = LLMRun.objects.order_by().only(
    "status",
    "trigger",
    "model_key",
    "fallback_model_key",
    "used_fallback",
    "queued_at",
    "started_at",
    "retry_at",
)


class PolledURLPattern(URLPattern):
    """A URL of a run: a glance answers where it can, and else the view behind Wagtail's checks."""

    def __init__(self, route: str, view: Callable[..., HttpResponse], *, name: str) -> None:
        super().__init__(RoutePattern(route, name=name, is_endpoint=True), view, None, name)

    def resolve(self, path: str) -> ResolverMatch | None:
        """Put the glance before the view, which Wagtail has wrapped by now."""
        match = super().resolve(path)
        if match:
            match.func = _glance_first(match.func)
        return match


def _glance_first(view: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(view)
    def wrapped(request: HttpRequest, run_id: UUID) -> HttpResponse:
        answer: HttpResponse | None = _glance(request, run_id)
        return answer or view(request, run_id=run_id)

    return never_cache(wrapped)


def with_poll_token(
    request: HttpRequest, state: RunState, candidates: Sequence[LLMRun]
) -> RunState:
    """Add a pass to the address of the next poll; the right to see these runs was just checked."""
    if not request.session.session_key or all(run.is_final for run in candidates):
        return state
    facts = [get_language(), [run.pk.hex for run in candidates]]
    query = urlencode({"pass": signing.dumps(facts, salt=_salt(request))})
    return {**state, "poll_url": f"{state['poll_url']}?{query}"}


def cursors_of(request: HttpRequest, run_ids: Sequence[UUID]) -> dict[UUID, Cursor]:
    """Return where the browser has the text of each run; those whose end it has are left out.

    It sends them in the order of the runs. One that is missing or was made up is at the start.
    """
    sent = request.GET.getlist("after")
    if sent.count(DONE) >= len(run_ids):
        sent = []
    return {
        run_id: _cursor(sent[index]) if index < len(sent) else Cursor()
        for index, run_id in enumerate(run_ids)
        if index >= len(sent) or sent[index] != DONE
    }


def _cursor(text: str) -> Cursor:
    position, _, since_ms = text.partition(".")
    return Cursor(_number(position), _number(since_ms))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= MAX_DIGITS else 0


def _glance(request: HttpRequest, run_id: UUID) -> JsonResponse | None:
    """Answer with what changes about unfinished runs; ``None`` where that is not all."""
    passed = _pass(request)
    if passed is None or run_id not in passed[1]:
        return None
    language, run_ids = passed
    recover_throttled()
    cursors = cursors_of(request, run_ids)
    found = _found(cursors)
    candidates = [found[each] for each in cursors if each in found]
    if len(candidates) < len(cursors) or any(run.is_final for run in candidates):
        return None
    with override(language):
        first, *others = live_states(candidates, cursors)
    return JsonResponse({**first, "candidates": others})


def _pass(request: HttpRequest) -> tuple[str | None, list[UUID]] | None:
    """Return what a pass of this session says: the user's language, and the runs."""
    if request.method != "GET" or "pass" not in request.GET:
        return None
    try:
        facts = signing.loads(request.GET["pass"], salt=_salt(request), max_age=POLL_TOKEN_SECONDS)
    except signing.BadSignature:
        return None
    language, run_ids = facts
    return language, [UUID(run_id) for run_id in run_ids]


def _salt(request: HttpRequest) -> str:
    """Bind a pass to the session's cookie, without its being in the address, and so in logs."""
    return f"{SALT}:{request.session.session_key}"


def _found(run_ids: Mapping[UUID, Any]) -> dict[UUID, LLMRun]:
    """Fetch the runs, and now and then with them how many there are of all."""
    counts = LOAD.is_due()
    rows = _LIVE.filter(pk__in=list(run_ids))
    if counts:
        rows = rows.annotate(active=_ACTIVE)
    found = {run.pk: run for run in rows}
    for run in found.values() if counts else ():
        LOAD.active = run.active  # type: ignore[attr-defined]
    return found
