"""Say in Wagtail's own history of an object that a text of it came from a model."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import LogFormatter, log

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.request.variables import field_label

if TYPE_CHECKING:
    from django.db import models
    from wagtail.models import ModelLogEntry

ACCEPTED = "wagtail_llm_actions.accepted"
# A text that was accepted longer ago stood in a form that was left without being saved.
REMEMBERED = timedelta(days=1)


class AcceptedFormatter(LogFormatter):  # type: ignore[misc]
    """Names the fields by their labels in the reader's language."""

    label = gettext_lazy("LLM text accepted")

    def format_message(self, log_entry: ModelLogEntry) -> str:
        """Return "LLM text accepted in Summary and Title"."""
        model = None
        if log_entry.content_type_id:
            model = ContentType.objects.get_for_id(log_entry.content_type_id).model_class()
        paths = log_entry.data.get("fields", [])
        labels = [field_label(model, path) if model else path for path in paths]
        if not labels:
            return str(self.label)
        return _("LLM text accepted in %(fields)s") % {"fields": get_text_list(labels, _("and"))}


def log_accepted(user: Any, instance: models.Model) -> None:
    """Log the texts that the user has accepted on an object that was saved just now, each once.

    A text of a bulk run counts as accepted by the one who saves it.
    """
    now = timezone.now()
    own = Q(user=user, trigger=LLMRun.Trigger.EDITOR)
    waiting = LLMRun.objects.filter(
        own | Q(trigger=LLMRun.Trigger.BULK),
        target_content_type=ContentType.objects.get_for_model(type(instance)),
        target_object_id=str(instance.pk),
        decision__in=[LLMRun.Decision.ACCEPTED, LLMRun.Decision.EDITED],
        decided_at__gt=now - REMEMBERED,
        logged_at=None,
    )
    runs = waiting.order_by("decided_at").values_list("pk", "field_path")
    # Two saves at the same moment: each run goes to the one that marks it first.
    claimed = [run for run in runs if waiting.filter(pk=run[0]).update(logged_at=now)]
    if not claimed:
        return
    log(
        instance,
        ACCEPTED,
        user=user,
        data={
            "fields": list(dict.fromkeys(path for _pk, path in claimed)),
            "runs": [str(pk) for pk, _path in claimed],
        },
    )
