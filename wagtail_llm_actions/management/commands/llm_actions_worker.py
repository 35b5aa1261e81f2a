"""``llm_actions_worker``: django-rq's worker, set up for LLM runs."""

from __future__ import annotations

from typing import Any

from django_rq.management.commands.rqworker import Command as RQWorkerCommand

from wagtail_llm_actions.queues.base import Lane


class Command(RQWorkerCommand):
    """Takes all options of ``rqworker``; without queue names it serves both lanes."""

    help = "Execute LLM runs: editors' clicks first, then bulk runs."

    def add_arguments(self, parser: Any) -> None:
        """Set the defaults that LLM runs need."""
        super().add_arguments(parser)  # type: ignore[no-untyped-call]
        parser.set_defaults(
            worker_class="wagtail_llm_actions.queues.worker.LLMWorker",
            serializer="rq.serializers.JSONSerializer",
        )

    def handle(self, *args: str, **options: Any) -> None:
        """Work until stopped."""
        queues = args or tuple(lane.value for lane in Lane)
        super().handle(*queues, **options)  # type: ignore[no-untyped-call]
