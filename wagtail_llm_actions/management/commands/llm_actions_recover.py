"""``llm_actions_recover``: recover runs after a worker or a queue was lost, without a worker."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wagtail_llm_actions.errors import QueueUnavailable
from wagtail_llm_actions.queues import get_queue
from wagtail_llm_actions.runs.lifecycle.recovery import requeue_missing
from wagtail_llm_actions.runs.lifecycle.transitions import fail_abandoned
from wagtail_llm_actions.spending.settlement import settle_left


class Command(BaseCommand):
    """Does once what every worker does every few seconds; safe at any time."""

    help = "Fail runs whose worker was lost, and requeue runs that the queue has lost."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many runs were failed and requeued.

        Raises:
            CommandError: The queue does not answer.
        """
        self.stdout.write(f"Failed as interrupted: {len(fail_abandoned())}.")
        settle_left()
        if get_queue().executes_here:
            # The threads of this process end with it; the next click or poll of a web process requeues.
            return
        try:
            self.stdout.write(f"Requeued: {requeue_missing()}.")
        except QueueUnavailable as error:
            msg = f"The queue does not answer ({error}); workers requeue the runs when it is back."
            raise CommandError(msg) from error
