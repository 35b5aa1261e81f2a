"""Two years of runs, as many as one likes, with the mix that a busy site has."""

from __future__ import annotations

import random
import uuid
from collections import deque
from datetime import timedelta
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from django.db import connection

from benchmarks.busy_site import ACTIONS, MODELS, USERS, WORDS, batches, insert
from wagtail_llm_actions.models import LLMAttempt, LLMRun
from wagtail_llm_actions.models.run_queryset import hash_detail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from benchmarks.busy_site import Row, Site

SEED = 20261127
DAYS = 730
BUSY_PAGE_RUNS = 200
"""Of one page, however many runs there are."""
RUNNING = 3
"""Runs that workers have in hand now."""
PROMPT_CHARS, OUTPUT_CHARS = 1_500, 300
WEEKDAYS = (1.0, 1.1, 1.1, 1.0, 0.8, 0.15, 0.1)
STATUSES = {"succeeded": 92, "failed": 6, "cancelled": 2}
TRIGGERS = {"editor": 85, "test": 5, "bulk": 10}
DECISIONS = {"none": 15, "accepted": 45, "edited": 20, "unsaved": 3, "dismissed": 17}
DISMISS_REASONS = {"": 40, "facts": 15, "tone": 15, "length": 15, "language": 5, "other": 10}
ERRORS = {
    "timeout": ("The server did not answer in time.", 35),
    "rate_limited": ("Rate limit reached for requests.", 25),
    "model_unavailable": ("The model is overloaded.", 15),
    "invalid_output": ("", 10),
    "limit_reached": ("", 8),
    "content_filtered": ("The response was filtered.", 5),
    "internal": ("", 2),
}
"""By error code: what the provider said, and how often."""
COMMON_WORD, RARE_WORD = "lighthouse", "zeppelin"
"""In nearly every prompt, and in one of 5,000."""


def make_runs(site: Site, count: int, until: datetime) -> None:
    """Insert so many runs of the two years before a moment, the oldest first, and their attempts."""
    rows = _Runs(site, count, until).rows()
    for batch in batches(rows):
        insert(LLMRun, (run for run, _ in batch))
        insert(LLMAttempt, (attempt for _, attempts in batch for attempt in attempts))
    _update_statistics()


class _Runs:
    def __init__(self, site: Site, count: int, until: datetime) -> None:
        self._site = site
        self._count = count
        self._until = until
        self._quiet_pages = site.pages[1:]
        self._random = random.Random(SEED)  # noqa: S311 - no secret
        pick = self._picker
        self._status, self._trigger = pick(STATUSES), pick(TRIGGERS)
        self._decision, self._reason = pick(DECISIONS), pick(DISMISS_REASONS)
        self._error = pick({code: weight for code, (_, weight) in ERRORS.items()})
        # The first has a tenth of all, the last one of the least.
        self._action = pick({n: 111 if n == 0 else 25 - n // 2 + 13 for n in range(ACTIONS)})
        self._user = pick({n: 44 if n == 0 else 1 for n in range(USERS)})
        words = [self._random.choice(WORDS) for _ in range(20_000)]
        self._text = " ".join(words)
        self._texts = len(self._text) - PROMPT_CHARS - OUTPUT_CHARS

    def _picker(self, weights: dict[Any, int]) -> Callable[[], Any]:
        values, totals = list(weights), list(accumulate(weights.values()))
        return lambda: self._random.choices(values, cum_weights=totals)[0]

    def rows(self) -> Iterator[tuple[Row, list[Row]]]:
        """Yield each run with its attempts."""
        busy_every, busy = max(self._count // BUSY_PAGE_RUNS, 1), 0
        candidates: deque[Row] = deque()
        for number, queued_at in enumerate(self._moments()):
            if not candidates:
                is_busy_page = number >= busy * busy_every
                busy += is_busy_page
                candidates.extend(self._click(is_busy_page=is_busy_page))
            run = {
                **candidates.popleft(),
                "id": uuid.UUID(int=self._random.getrandbits(128), version=4),
            }
            self._execute(run, queued_at, is_last=number >= self._count - RUNNING)
            yield run, list(self._attempts(run))

    def _moments(self) -> Iterator[datetime]:
        """Yield when each run was queued: on weekdays rather than at the weekend, and by day."""
        days = [self._until - timedelta(days=back) for back in range(DAYS, 0, -1)]
        totals = list(accumulate(WEEKDAYS[day.weekday()] for day in days))
        done = 0
        for day, total in zip(days, totals, strict=True):
            due = round(self._count * total / totals[-1])
            seconds = sorted(self._random.triangular(0, 86_399) for _ in range(due - done))
            yield from (day + timedelta(seconds=second) for second in seconds)
            done = due

    def _click(self, *, is_busy_page: bool) -> Iterator[Row]:
        """Yield what the candidates of one click share: mostly there is one."""
        choice, site = self._random.random(), self._site
        action = site.actions[0 if is_busy_page else self._action()]
        is_author = action.source == "bio"
        pk, title = (
            site.pages[0]
            if is_busy_page
            else self._random.choice(site.authors if is_author else self._quiet_pages)
        )
        trigger = self._trigger()
        click = {
            # A hundredth of the runs are of actions that were deleted.
            "action_id": None if choice < 0.01 else action.pk,  # noqa: PLR2004
            "action_label": f"Former action {int(choice * 500)}" if choice < 0.01 else action.label,  # noqa: PLR2004
            "user_id": None if choice > 0.995 else site.users[self._user()],  # noqa: PLR2004
            "trigger": trigger,
            "form_key": uuid.uuid4().hex if trigger == "bulk" or choice < 0.03 else "",  # noqa: PLR2004
            "target_content_type_id": action.model_type_id,
            "target_object_id": pk,
            "target_label": title,
            "source_path": action.source,
            "field_path": action.destination,
            "field_label": action.destination.capitalize(),
            "read_fields": [action.source],
            "language_code": "en",
            "model_key": self._random.choice(site.models) if choice < 0.2 else action.model,  # noqa: PLR2004
            "temperature": action.temperature,
            "max_tokens": action.max_tokens,
        }
        count = action.candidate_count if trigger == "editor" else 1
        group = uuid.UUID(int=self._random.getrandbits(128), version=4) if count > 1 else None
        for _ in range(count):
            request_id = (
                None
                if trigger == "bulk"
                else uuid.UUID(int=self._random.getrandbits(128), version=4)
            )
            yield {**click, "candidate_group": group, "client_request_id": request_id}

    def _execute(self, run: Row, queued_at: datetime, *, is_last: bool) -> None:
        rng = self._random
        status = "running" if is_last else self._status()
        start = rng.randrange(self._texts)
        waited, first = rng.lognormvariate(-1.2, 0.8), rng.lognormvariate(0, 0.5)
        started_at = queued_at + timedelta(seconds=waited)
        first_token_at = started_at + timedelta(seconds=first)
        finished_at = first_token_at + timedelta(seconds=rng.lognormvariate(1, 0.7))
        has_text = status == "succeeded"
        error_code = self._error() if status == "failed" else ""
        called = error_code != "limit_reached"
        decided = has_text and run["trigger"] == "editor" and not is_last
        decision = self._decision() if decided else "none"
        input_tokens, output_tokens = rng.randint(300, 900), rng.randint(30, 200)
        model = self._site.models.index(run["model_key"])
        price = Decimal(model + 1) / 4_000_000
        # Nobody knows what one of the models costs.
        known = called and model != MODELS - 1 and status != "running"
        rare = f" {RARE_WORD}" if rng.random() < 0.0002 else ""  # noqa: PLR2004
        run |= {
            "prompt": self._text[start : start + PROMPT_CHARS] + rare,
            "output": self._text[start + PROMPT_CHARS :][:OUTPUT_CHARS] if has_text else "",
            "source_hash": f"{rng.getrandbits(256):064x}",
            "status": status,
            "queued_at": queued_at,
            "started_at": started_at if called else None,
            "first_token_at": first_token_at if has_text else None,
            "finished_at": None if is_last else finished_at,
            "lease_token": uuid.uuid4() if is_last else None,
            "lease_expires_at": queued_at + timedelta(days=30) if is_last else None,
            "finish_reason": "stop" if has_text else "",
            "used_fallback": called and rng.random() < 0.02,  # noqa: PLR2004
            "provider_name": f"provider {model % 3}" if called else "",
            "request_model": run["model_key"] if called else "",
            "response_model": run["model_key"] if has_text else "",
            "input_tokens": input_tokens if called else None,
            "output_tokens": output_tokens if called else None,
            "cost_usd": price * input_tokens + 4 * price * output_tokens if known else None,
            "error_code": error_code,
            "error_detail": (detail := ERRORS[error_code][0] if error_code else ""),
            "error_detail_hash": hash_detail(detail),
            "decision": decision,
            "dismiss_reason": self._reason() if decision == "dismissed" else "",
            "decided_at": finished_at + timedelta(seconds=20) if decision != "none" else None,
            "decision_similarity": 0.8 if decision == "edited" else None,
        }

    def _attempts(self, run: Row) -> Iterator[Row]:
        if run["started_at"] is None:
            return
        shared = {key: run[key] for key in ("model_key", "provider_name", "request_model")}
        was_refused = self._random.random() < 0.03  # noqa: PLR2004
        if was_refused:
            times = {"started_at": run["started_at"], "finished_at": run["started_at"]}
            nothing = {"first_token_at": None, "input_tokens": None, "output_tokens": None}
            cost = {"cost_usd": Decimal(0), "error_code": "rate_limited"}
            yield {**shared, **times, **nothing, **cost, "run_id": run["id"], "number": 1}
        copied = ("started_at", "first_token_at", "finished_at", "input_tokens", "output_tokens")
        result = {key: run[key] for key in (*copied, "cost_usd", "error_code")}
        yield {**shared, **result, "run_id": run["id"], "number": 2 if was_refused else 1}


def _update_statistics() -> None:
    """Let the database count what it has, as servers do by themselves after a while."""
    statements = {
        "postgresql": "VACUUM ANALYZE",
        "mysql": "ANALYZE TABLE wagtail_llm_actions_llmrun",
    }
    if connection.vendor in statements:
        with connection.cursor() as cursor:
            cursor.execute(statements[connection.vendor])
