"""``llm_actions_worker``: django-rq's worker, configured for LLM runs."""

from __future__ import annotations

from argparse import ArgumentTypeError
from functools import partial
from typing import Any

from django.core.management.base import CommandError
from django_rq.management.commands.rqworker import Command as RQWorkerCommand

from wagtail_llm_actions.queues.base import Priority, bulk_slots
from wagtail_llm_actions.queues.worker import LLMWorker
from wagtail_llm_actions.redis_connection import ADD_QUEUES, missing_rq_queues

CONCURRENCY = 10


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        msg = "must be a whole number above 0"
        raise ArgumentTypeError(msg)
    return int(text)


class Command(RQWorkerCommand):
    """Takes the options of ``rqworker``; serves both queues unless some are named.

    ``--serializer`` has no effect: each queue is read as ``RQ_QUEUES`` says.
    """

    help = "Execute LLM runs, many at once; interactive runs have slots of their own."

    def add_arguments(self, parser: Any) -> None:
        """Add the concurrency."""
        super().add_arguments(parser)  # type: ignore[no-untyped-call]
        parser.add_argument(
            "--concurrency",
            type=_count,
            default=CONCURRENCY,
            help="How many interactive runs are executed at once (default: %(default)s).",
        )
        parser.add_argument(
            "--bulk-concurrency",
            type=_count,
            help="How many bulk runs are executed in addition (default: half as many).",
        )

    def handle(self, *args: str, **options: Any) -> None:
        """Run the worker until it is stopped.

        Raises:
            CommandError: ``RQ_QUEUES`` lacks one of its queues.
        """
        queues = args or tuple(priority.value for priority in Priority)
        if problem := missing_rq_queues(queues):
            raise CommandError(f"{problem}. {ADD_QUEUES}")
        concurrency = options["concurrency"]
        slots = dict.fromkeys(queues, concurrency)
        slots[Priority.BULK] = options["bulk_concurrency"] or bulk_slots(concurrency)
        options["worker_class"] = partial(LLMWorker, slots=slots)
        super().handle(*queues, **options)  # type: ignore[no-untyped-call]
