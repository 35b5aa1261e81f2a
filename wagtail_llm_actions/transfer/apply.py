"""Write what a plan says, with revisions and in the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from wagtail_llm_actions.transfer.entries import LISTS
from wagtail_llm_actions.transfer.plan import plan_import
from wagtail_llm_actions.transfer.serialization import ImportRefused
from wagtail_llm_actions.transfer.target_site import Here

if TYPE_CHECKING:
    from wagtail_llm_actions.transfer.plan import ImportPlan, Planned


def apply_import(plan: ImportPlan, user: Any = None) -> None:
    """Create and change what the plan lists: all of it, or nothing.

    Args:
        plan: Made by ``plan_import``.
        user: Who the revisions and the log name; ``None`` for the system.

    Raises:
        ImportRefused: The plan has problems, or what is here has changed since it was made.
    """
    if plan.problems:
        raise ImportRefused(_("Nothing was imported, because the file has problems."))
    try:
        with transaction.atomic():
            if plan_import(plan.data).fingerprint != plan.fingerprint:
                raise ImportRefused(_outdated())
            items = (*plan.created, *plan.changed)
            # Templates first: actions refer to them.
            for model in LISTS.values():
                here = Here()
                for item in items:
                    if item.model is model:
                        _write(item, here, user)
    except IntegrityError:
        # Somebody else saved the same at this moment.
        raise ImportRefused(_outdated()) from None


def _write(item: Planned, here: Here, user: Any) -> None:
    instance: Any = item.model() if item.pk is None else item.model._default_manager.get(pk=item.pk)
    here.fill(instance, item.entry)
    instance.save()
    revision = instance.save_revision(user=user)
    action = "wagtail.create" if item.pk is None else "wagtail.edit"
    log(instance=instance, action=action, user=user, revision=revision, content_changed=True)


def _outdated() -> str:
    return _("Something here has changed in the meantime, so nothing was imported.")
