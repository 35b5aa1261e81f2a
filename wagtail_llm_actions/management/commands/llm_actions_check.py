"""``llm_actions_check``: is everything there that a run needs? For monitoring."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.configuration.model_health import check_models
from wagtail_llm_actions.messages.circuit_breaker import circuit_breaker_status
from wagtail_llm_actions.messages.model_status import status_sentence
from wagtail_llm_actions.runs.lifecycle.circuit_breaker import open_circuit_breakers

if TYPE_CHECKING:
    from wagtail_llm_actions.models import LLMCircuitBreaker


class Command(BaseCommand):
    """Exits with 0 where every model is available, otherwise with 1."""

    help = "Check that the configured models can be reached; generates nothing."

    def add_arguments(self, parser: Any) -> None:
        """Choose models and the form of the answer."""
        parser.add_argument("model", nargs="*", help="keys of models; the default is all")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each model.

        Raises:
            CommandError: A key is not configured; with exit code 1, a model is not available.
        """
        models = get_settings().models
        keys = options["model"] or list(models)
        if unknown := [key for key in keys if key not in models]:
            msg = f"Not in MODELS: {', '.join(unknown)}."
            raise CommandError(msg, returncode=2)
        checked, circuits = check_models(keys), open_circuit_breakers()
        resting = {
            key: circuit
            for key in keys
            if (circuit := circuits.get((models[key].provider, models[key].name)))
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
                    "checked_at": check.checked_at.isoformat(),
                    "not_asked_since": _since(resting.get(key)),
                }
                for key, check in checked.items()
            }
            self.stdout.write(json.dumps(rows, indent=2))
        else:
            for key, check in checked.items():
                word = "ok" if check.status.ok else "FAILED"
                words = [status_sentence(check.status)]
                if key in resting:
                    words.append(circuit_breaker_status(resting[key]))
                self.stdout.write(f"{word:6} {key}: {' '.join(words)}")
        if not checked:
            msg = "No model is configured."
            raise CommandError(msg)
        if not all(check.status.ok for check in checked.values()):
            msg = "Not every model is available."
            raise CommandError(msg)


def _since(circuit: LLMCircuitBreaker | None) -> str | None:
    return circuit.opened_at.isoformat() if circuit and circuit.opened_at else None
