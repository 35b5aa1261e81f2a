"""What people read about workers that execute no runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from wagtail_llm_actions.queues.base import WorkerProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import Promise

WORKER_PROBLEMS: Mapping[WorkerProblem, Promise] = {
    WorkerProblem.MISSING: _("No worker is running, so no run will start."),
    WorkerProblem.MISSING_FOR_BULK: _(
        "No worker listens to the queue llm_bulk, so no bulk run will start."
    ),
    WorkerProblem.UNSUITABLE: _(
        "A worker takes runs from the queue but cannot execute them. Start manage.py "
        "llm_actions_worker with the settings and the database of this site; rqworker needs the "
        "serializer that RQ_QUEUES names."
    ),
}
QUEUE_DOWN = _("The queue server cannot be reached, so no run will start.")
