"""What people read about workers that execute no runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from wagtail_llm_actions.conf import rq_queues
from wagtail_llm_actions.queues.base import Priority, WorkerProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import Promise

RQ_SERIALIZER = "rq.serializers.DefaultSerializer"
"""Of RQ itself, where ``RQ_QUEUES`` names none."""
WORKER_PROBLEMS: Mapping[WorkerProblem, Promise] = {
    WorkerProblem.MISSING: _("No worker is running, so no run will start."),
    WorkerProblem.MISSING_FOR_BULK: _(
        "No worker listens to the queue llm_bulk, so no bulk run will start."
    ),
    WorkerProblem.UNSUITABLE: _(
        "A worker takes runs from the queue but cannot execute them. Start manage.py "
        "llm_actions_worker with the code, the settings and the database of this site. A worker of "
        "your own needs the serializer of RQ_QUEUES: manage.py rqworker --serializer %(serializer)s"
    ),
    WorkerProblem.OTHER_SITE: _(
        "A worker takes runs from the queue but works on another database. Start manage.py "
        "llm_actions_worker with the settings of this site, and give other sites a queue server, or a "
        "database of it, of their own: URL in RQ_QUEUES."
    ),
}
UNFAIR_WORKER = _(
    "It is rqworker. People take turns, but one person's runs can fill all workers, so that others "
    "wait until one of them has ended. manage.py llm_actions_worker keeps a free slot for others."
)
QUEUE_DOWN = _("The queue server cannot be reached, so no run will start.")


def worker_problem_sentence(problem: WorkerProblem) -> str:
    """Return why runs are not executed, and what to do."""
    queue = rq_queues().get(Priority.INTERACTIVE.value) or {}
    return str(WORKER_PROBLEMS[problem]) % {"serializer": queue.get("SERIALIZER") or RQ_SERIALIZER}
