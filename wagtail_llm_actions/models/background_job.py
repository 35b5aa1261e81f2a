"""Work outside the request that a person waits for, with its progress."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Callable

SILENT_FOR = timedelta(minutes=2)
"""A running job that has written nothing for so long has lost its process."""

logger = logging.getLogger(__name__)


class JobFailed(Exception):
    """A job ends without having done its work; the text is a sentence that says why."""


class JobDeleted(Exception):
    """A job was deleted while it was running, so nobody wants its result."""


class BackgroundJob(models.Model):
    """One job; a worker or a thread does it part by part."""

    class Status(models.TextChoices):
        """The last two are final."""

        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    UNFINISHED = (Status.WAITING, Status.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
    )
    """Who asked for it; their permissions are asked for again when it starts."""
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.WAITING)
    total = models.PositiveIntegerField(default=0)
    """How many objects or rows it writes."""
    written = models.PositiveIntegerField(default=0)
    """How many of them are written."""
    error = models.TextField(blank=True)
    """Why it failed, as a sentence."""
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        """The newest first."""

        abstract = True
        ordering = ("-created_at",)
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.written} of {self.total}"

    @property
    def is_lost(self) -> bool:
        """Whether its process has ended before it."""
        is_silent = timezone.now() - self.updated_at > SILENT_FOR
        return self.status == self.Status.RUNNING and is_silent

    @property
    def is_unfinished(self) -> bool:
        """Whether something more will be written."""
        return self.status in self.UNFINISHED and not self.is_lost

    @classmethod
    def execute(cls, job_id: str | uuid.UUID, work: Callable[[Self], None]) -> None:
        """Do a waiting job, unless it was started already; every end is stored on it.

        Args:
            job_id: Of the job.
            work: Does it; may raise ``JobFailed``.
        """
        jobs = cls._default_manager.filter(pk=job_id)
        waiting = jobs.filter(status=cls.Status.WAITING)
        if not waiting.update(status=cls.Status.RUNNING, updated_at=timezone.now()):
            return
        job, status, error = jobs.get(), cls.Status.FAILED, ""
        try:
            work(job)
            status = cls.Status.DONE
        except JobDeleted:
            return
        except JobFailed as failure:
            error = str(failure)
        except Exception:
            logger.exception("%s %s failed unexpectedly", cls.__name__, job_id)
            error = gettext("It failed unexpectedly; see the log.")
        jobs.update(status=status, error=error, updated_at=timezone.now())

    def advance(self, written: int) -> None:
        """Store how much is written.

        Raises:
            JobDeleted: It was deleted in the meantime.
        """
        self.written = written
        own = type(self)._default_manager.filter(pk=self.pk)
        if not own.update(written=written, updated_at=timezone.now()):
            raise JobDeleted
