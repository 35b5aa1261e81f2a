"""Record in Wagtail's audit log that a text of a saved object came from a model."""

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
from wagtail.models import Revision, RevisionMixin

from wagtail_llm_actions.answers.characters import visible
from wagtail_llm_actions.database.prepared_query import Parameter, PreparedQuery
from wagtail_llm_actions.fields import Item, adapter_at, has_item
from wagtail_llm_actions.fields.inline import is_new_row
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.decisions import record_save
from wagtail_llm_actions.runs.request.variables import field_label, field_text, item_text

if TYPE_CHECKING:
    from datetime import datetime

    from django.db import models
    from django.utils.functional import Promise
    from wagtail.models import ModelLogEntry

    from wagtail_llm_actions.permissions import User

ACCEPTED = "wagtail_llm_actions.accepted"
TAKEN_BACK = "wagtail_llm_actions.taken_back"
MAX_FORM_AGE = timedelta(days=1)
"""Texts that were accepted earlier were in a form that was closed without saving."""


class TextsFormatter(LogFormatter):  # type: ignore[misc]
    """Lists the fields by their labels, in the language of the reader."""

    label: Promise
    sentence: Promise
    """The label with the fields."""

    def format_message(self, log_entry: ModelLogEntry) -> str:
        """Return a sentence such as "LLM text accepted in Summary and Title"."""
        model = None
        if log_entry.content_type_id:
            model = ContentType.objects.get_for_id(log_entry.content_type_id).model_class()
        paths = log_entry.data.get("fields", [])
        labels = [field_label(model, path) if model else path for path in paths]
        if not labels:
            return str(self.label)
        return str(self.sentence) % {"fields": get_text_list(labels, _("and"))}


class AcceptedFormatter(TextsFormatter):
    """Says where texts were accepted."""

    label = gettext_lazy("LLM text accepted")
    sentence = gettext_lazy("LLM text accepted in %(fields)s")


class TakenBackFormatter(TextsFormatter):
    """Says where texts were replaced again by what the field had before."""

    label = gettext_lazy("LLM text taken back")
    sentence = gettext_lazy("LLM text taken back in %(fields)s")


def log_saved_texts(user: User, instance: models.Model) -> None:
    """Log which accepted texts a saved object holds, and which it held and were taken back; each once.

    These are the user's own runs and bulk runs, which count for whoever saves the object. An
    acceptance is only a click: a text that is not saved is not accepted in any figure either.

    Args:
        user: Who saved the object.
        instance: With the values that were saved, as a draft too.
    """
    _log_texts(user, instance, timezone.now())


def log_texts_of_latest_save(user: User, run: LLMRun) -> None:
    """Log as above if the user's latest save of the run's object came before the decision.

    Autosave may be faster than the record of a click, and nothing may be left to save.
    """
    target: Any = run.target
    if not isinstance(target, RevisionMixin) or run.finished_at is None:
        return
    # Without the content, which is that of the whole page, and mostly not needed.
    for user_id, created_at in _SAVED.rows(revision_id=target.latest_revision_id):
        if user_id == user.pk and created_at > run.finished_at:
            _log_texts(user, target.latest_revision.as_object(), created_at)


_SAVED = PreparedQuery(
    lambda: (
        Revision.objects.filter(pk=Parameter("revision_id", Revision._meta.pk))
        .order_by()
        .values_list("user_id", "created_at")
    )
)


def _log_texts(user: User, instance: models.Model, saved_at: datetime) -> None:
    now = timezone.now()
    own = Q(user=user, trigger=LLMRun.Trigger.EDITOR)
    is_accepted = Q(decision__in=LLMRun.ACCEPTED_DECISIONS)
    is_new = Q(decided_at__gt=now - MAX_FORM_AGE)
    may_count = is_accepted | Q(is_new, decision=LLMRun.Decision.UNSAVED)
    is_undone = ~is_accepted & Q(audit_logged_at__gt=now - MAX_FORM_AGE)
    runs = LLMRun.objects.on_object(instance).filter(own | Q(trigger=LLMRun.Trigger.BULK))
    rows = runs.filter(Q(may_count, audit_logged_at=None) | is_undone).annotate(is_new=is_new)
    accepted, taken_back = [], []
    for run in rows.only(*_COLUMNS).order_by("decided_at"):
        output, saved = _compared(instance, run)
        if run.audit_logged_at is None:
            if record_save(run, output, saved, saved_at) and run.is_new:
                accepted.append(run)
        elif _normal(output) not in _normal(saved):
            taken_back.append(run)
    # Two saves at the same moment: each run goes to the one that marks it first.
    _log(user, instance, ACCEPTED, [run for run in accepted if _mark(run, now)])
    _log(user, instance, TAKEN_BACK, [run for run in taken_back if _mark(run, None)])


_COLUMNS = (
    "field_path",
    "item_id",
    "decision",
    "decided_at",
    "decision_similarity",
    "output",
    "write_mode",
    "audit_logged_at",
    "redacted_at",
)


def _compared(instance: models.Model, run: LLMRun) -> tuple[str, str]:
    """Return the output of a run, and what its field holds, as they are compared."""
    saved = _saved_text(instance, Item(run.field_path, run.item_id))
    adapter = adapter_at(type(instance), run.field_path)
    return adapter.compared(run.output, saved) if adapter else (run.output, saved)


def _saved_text(instance: models.Model, item: Item) -> str:
    """Return what a field holds; of a row that was new, what this field holds in all rows.

    Nothing tells which of them it has become with its primary key.
    """
    if is_new_row(item.id) and not has_item(instance, item):
        return field_text(instance, item.path)
    return item_text(instance, item)


def _normal(text: str) -> str:
    return " ".join(visible(text).split())


def _mark(run: LLMRun, moment: Any) -> bool:
    row = LLMRun.objects.filter(pk=run.pk, audit_logged_at=run.audit_logged_at)
    return bool(row.update(audit_logged_at=moment))


def _log(user: User, instance: models.Model, action: str, runs: list[LLMRun]) -> None:
    if runs:
        data = {
            "fields": list(dict.fromkeys(run.field_path for run in runs)),
            "runs": [str(run.pk) for run in runs],
        }
        log(instance, action, user=user, data=data)
