"""``llm_actions_recover``: put runs right whose worker or queue was lost, without a worker."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wagtail_llm_actions.errors import QueueUnavailable
from wagtail_llm_actions.queues import get_queue
from wagtail_llm_actions.runs.lifecycle.recovery import requeue_missing
from wagtail_llm_actions.runs.lifecycle.transitions import fail_abandoned


class Command(BaseCommand):
    """What every worker does every few seconds, once; safe to call at any time."""

    help = "End runs whose worker was lost, and queue again those that the queue has lost."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was done.

        Raises:
            CommandError: The queue does not answer.
        """
        self.stdout.write(f"Ended as interrupted: {len(fail_abandoned())}.")
        if get_queue().executes_here:
            # This process is about to end; the next click or poll takes them up.
            return
        try:
            self.stdout.write(f"Queued again: {requeue_missing()}.")
        except QueueUnavailable as error:
            msg = f"The queue does not answer ({error}); workers queue the rest when it is back."
            raise CommandError(msg) from error
