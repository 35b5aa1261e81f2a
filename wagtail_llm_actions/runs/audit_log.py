"""Record in Wagtail's audit log that a text of a saved object came from a model."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

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

    from wagtail_llm_actions.permissions import User

ACCEPTED = "wagtail_llm_actions.accepted"
MAX_FORM_AGE = timedelta(days=1)
"""Texts that were accepted earlier were in a form that was closed without saving."""


class AcceptedFormatter(LogFormatter):  # type: ignore[misc]
    """Lists the fields by their labels, in the language of the reader."""

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


def log_accepted(user: User, instance: models.Model) -> None:
    """Log the accepted texts of an object that was just saved, each once.

    These are the user's own runs and accepted bulk runs, which count for whoever saves the object.
    """
    now = timezone.now()
    own = Q(user=user, trigger=LLMRun.Trigger.EDITOR)
    waiting = LLMRun.objects.on_object(instance).filter(
        own | Q(trigger=LLMRun.Trigger.BULK),
        decision__in=[LLMRun.Decision.ACCEPTED, LLMRun.Decision.EDITED],
        decided_at__gt=now - MAX_FORM_AGE,
        audit_logged_at=None,
    )
    runs = waiting.order_by("decided_at").values_list("pk", "field_path")
    # Two saves at the same moment: each run goes to the one that marks it first.
    claimed = [run for run in runs if waiting.filter(pk=run[0]).update(audit_logged_at=now)]
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
