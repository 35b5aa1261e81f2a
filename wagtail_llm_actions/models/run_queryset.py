"""Filters of runs that several rooms of the package need, and the indexes that answer them."""

from __future__ import annotations

from hashlib import md5
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.functions import MD5, Cast, Concat

from wagtail_llm_actions.compat import content_type_of

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from wagtail_llm_actions.models import LLMRun

CONTENT_COLUMNS = (
    "target_content_type_id",
    "trigger",
    "source_path",
    "field_path",
    "read_fields",
)
"""What tells whose form has to show which fields, for somebody to read the texts of a run."""

# Of each column alone: MariaDB joins no texts with different collations to one that it can compare.
_KEY = Concat(*(MD5(Cast(name, models.TextField())) for name in CONTENT_COLUMNS))


NO_TEXTS: Mapping[str, Any] = {
    "system_instructions": "",
    "prompt": "",
    "instruction": "",
    "source_hash": "",
    "image": None,
    "fallback_request": None,
    "output": "",
    "raw_output": "",
    "removed": [],
    "unsourced_facts": [],
    "error_detail": "",
    "error_detail_hash": "",
    "content_expires_at": None,
}
"""The columns of a run that hold content, with the values of a redacted run.

``error_context`` stays: by the contract of errors it holds no content, and messages need it.
"""

CHUNK_SIZE = 2_000
"""Rows of an export that are read at once."""


# Each begins with what the history can be filtered by, in place of the index that a foreign
# key would have, and goes on in its order: MariaDB appends the primary key by itself, and
# every database reads an index backward. MariaDB ignores the conditions.
INDEXES = [
    models.Index(fields=["queued_at"], name="llm_run_queued_at"),
    models.Index(fields=["status", "queued_at"], name="llm_run_status"),
    models.Index(fields=["trigger", "queued_at"], name="llm_run_trigger"),
    models.Index(fields=["user", "queued_at"], name="llm_run_user"),
    models.Index(fields=["action", "queued_at"], name="llm_run_action"),
    models.Index(fields=["model_key", "queued_at"], name="llm_run_model"),
    models.Index(fields=["target_content_type", "queued_at"], name="llm_run_type"),
    models.Index(
        fields=["target_content_type", "target_object_id", "queued_at"],
        name="llm_run_target",
    ),
    models.Index(
        # The others find the runs of an error pattern.
        fields=["error_code", "queued_at", "model_key", "error_detail_hash"],
        name="llm_run_error",
        condition=models.Q(error_code__gt=""),
    ),
    models.Index(
        fields=["action", "action_label", "queued_at"],
        name="llm_run_deleted_action",
        condition=models.Q(action=None),
    ),
    models.Index(fields=["form_key"], name="llm_run_form_key", condition=models.Q(form_key__gt="")),
    models.Index(fields=["action", "redacted_at", "queued_at"], name="llm_run_retention"),
    models.Index(
        fields=["content_expires_at"],
        name="llm_run_expiry",
        condition=models.Q(content_expires_at__isnull=False),
    ),
]


def hash_detail(error_detail: str) -> str:
    """Return 32 digits that tell a provider's message from others; empty for an empty one."""
    return md5(error_detail.encode(), usedforsecurity=False).hexdigest() if error_detail else ""


class LLMRunQuerySet(models.QuerySet["LLMRun"]):
    """Filters that several rooms of the package need."""

    def unfinished(self) -> LLMRunQuerySet:
        """Keep the runs that are queued or running."""
        return self.filter(status__in=self.model.UNFINISHED)

    def finished(self) -> LLMRunQuerySet:
        """Keep the runs with a final status."""
        return self.exclude(status__in=self.model.UNFINISHED)

    def queued(self) -> LLMRunQuerySet:
        """Keep the runs that no worker has taken."""
        return self.filter(status=self.model.Status.QUEUED)

    def expired(self, now: datetime | models.Value) -> LLMRunQuerySet:
        """Keep the running runs whose lease had expired by then."""
        return self.filter(status=self.model.Status.RUNNING, lease_expires_at__lt=now)

    def succeeded(self) -> LLMRunQuerySet:
        """Keep the runs that have an output."""
        return self.filter(status=self.model.Status.SUCCEEDED)

    def on_object(self, instance: models.Model) -> LLMRunQuerySet:
        """Keep the runs on a saved page or snippet."""
        return self.filter(
            target_content_type=content_type_of(type(instance)),
            target_object_id=str(instance.pk),
        )

    def of_form(self, form_key: str) -> LLMRunQuerySet:
        """Keep the runs of a create form, or of a bulk call, by its key, which is not empty."""
        # SQLite uses a partial index only where its condition is among those of the query.
        return self.filter(form_key=form_key, form_key__gt="")

    def failed_with(self, *error_codes: str) -> LLMRunQuerySet:
        """Keep the runs with one of these error codes."""
        return self.filter(error_code__in=error_codes, error_code__gt="")

    def for_editors(self) -> LLMRunQuerySet:
        """Leave out the long texts that editors do not see on their form."""
        return self.defer(
            "prompt", "system_instructions", "fallback_request", "raw_output", "error_detail"
        )

    def content(self, *columns: str) -> models.QuerySet[LLMRun, dict[str, Any]]:
        """Return the ``CONTENT_COLUMNS`` of the runs, unordered, to be counted or made distinct.

        Args:
            columns: Further ones.
        """
        return self.order_by().values(*CONTENT_COLUMNS, *columns)

    def with_content(self, can_read: Callable[[LLMRun], bool]) -> LLMRunQuerySet:
        """Keep the runs with content that somebody may read; there are few kinds, which takes a query.

        Args:
            can_read: Is given an unsaved run with nothing but the ``CONTENT_COLUMNS``.
        """
        kinds = {kind.pop("key"): kind for kind in self.content().annotate(key=_KEY).distinct()}
        readable = [key for key, kind in kinds.items() if can_read(self.model(**kind))]
        if len(readable) == len(kinds):
            return self
        return self.alias(key=_KEY).filter(key__in=readable)

    def chunks(self, *columns: str) -> Iterator[list[dict[str, Any]]]:
        """Yield the values of columns of all runs, the newest first, some runs at a time.

        Each chunk is a query that goes on after the last run of the one before: no database has to
        keep a cursor open, and no driver fetches all rows at once, as that of MariaDB would.

        Args:
            columns: Besides ``pk`` and ``queued_at``.
        """
        names = {"pk", "queued_at", *columns}
        rows = self.order_by("-queued_at", "-pk").values(*sorted(names))
        chunk = list(rows[:CHUNK_SIZE])
        while chunk:
            yield chunk
            time, pk = chunk[-1]["queued_at"], chunk[-1]["pk"]
            # The first condition says nothing more, but it is one that an index can answer.
            older = models.Q(queued_at__lt=time) | models.Q(pk__lt=pk)
            chunk = list(rows.filter(older, queued_at__lte=time)[:CHUNK_SIZE])

    def leased(
        self, run_id: uuid.UUID | models.Value, token: uuid.UUID | models.Value
    ) -> LLMRunQuerySet:
        """Keep the run that a worker executes, while the token of its lease is valid."""
        return self.filter(pk=run_id, status=self.model.Status.RUNNING, lease_token=token)
