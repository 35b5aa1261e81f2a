"""``llm_actions_check``: the health of the models and of the workers, for monitoring."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.configuration.model_health import check_models
from wagtail_llm_actions.errors import QueueUnavailable
from wagtail_llm_actions.messages.currency import price_sentence
from wagtail_llm_actions.messages.model_state import circuit_breaker_status, status_sentence
from wagtail_llm_actions.messages.workers import QUEUE_DOWN, worker_problem_sentence
from wagtail_llm_actions.queues import get_queue
from wagtail_llm_actions.runs.lifecycle.circuit_breaker import open_circuit_breakers
from wagtail_llm_actions.spending.prices import current_price

if TYPE_CHECKING:
    from wagtail_llm_actions.models import LLMCircuitBreaker


class Command(BaseCommand):
    """Exit code 0 if every model is available and runs are executed, 1 if not, 2 if a key is unknown."""

    help = "Check that the models can be reached, and that workers run. Nothing is generated."

    def add_arguments(self, parser: Any) -> None:
        """Add the models and the output format."""
        parser.add_argument("model", nargs="*", help="keys of models; all by default")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line for each model.

        Raises:
            CommandError: A key is not configured (exit code 2), a model is not available, or no worker
                executes runs (1).
        """
        models = get_settings().models
        keys = options["model"] or list(models)
        if unknown := [key for key in keys if key not in models]:
            msg = f"Not in MODELS: {', '.join(unknown)}."
            raise CommandError(msg, returncode=2)
        checked, breakers = check_models(keys), open_circuit_breakers()
        open_breakers = {
            key: breaker
            for key in keys
            if (breaker := breakers.get((models[key].provider, models[key].name)))
        }
        if options["json"]:
            rows = {
                key: {
                    "ok": check.status.ok,
                    "reachable": check.status.reachable,
                    "key_accepted": check.status.key_accepted,
                    "present": check.status.present,
                    "loaded": check.status.loaded,
                    "detail": check.status.detail,
                    "has_price": current_price(models[key]) is not None,
                    "checked_at": check.checked_at.isoformat(),
                    "circuit_open_since": _opened_at(open_breakers.get(key)),
                }
                for key, check in checked.items()
            }
            self.stdout.write(json.dumps(rows, indent=2))
        else:
            for key, check in checked.items():
                result = {True: "ok", False: "FAILED", None: "unknown"}[check.status.ok]
                breaker, price = open_breakers.get(key), current_price(models[key])
                sentences = [
                    status_sentence(check.status),
                    circuit_breaker_status(breaker) if breaker else "",
                    "" if price else price_sentence(price),
                ]
                self.stdout.write(f"{result:6} {key}: {' '.join(filter(None, sentences))}")
        problems = []
        if not checked:
            problems.append("No model is configured.")
        elif any(check.status.ok is False for check in checked.values()):
            problems.append("Not every model is available.")
        problems += _queue_problems()
        if problems:
            raise CommandError(" ".join(problems))


def _queue_problems() -> list[str]:
    try:
        problem = get_queue().worker_problem()
    except QueueUnavailable:
        return [str(QUEUE_DOWN)]
    return [worker_problem_sentence(problem)] if problem else []


def _opened_at(breaker: LLMCircuitBreaker | None) -> str | None:
    return breaker.opened_at.isoformat() if breaker and breaker.opened_at else None
