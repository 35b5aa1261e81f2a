"""Create the starter prompt templates in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from wagtail.log_actions import log

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.models import PromptTemplate
from wagtail_llm_actions.prompts.starters import starters
from wagtail_llm_actions.runs.findings import models_that_see_images

if TYPE_CHECKING:
    from wagtail_llm_actions.permissions import User
    from wagtail_llm_actions.prompts.starters import Starter


COLUMNS = ("name", "description", "system_instructions", "text")


def usable_starters() -> list[Starter]:
    """Return the starters that this site has a model for, in the order of the file."""
    has_images = bool(models_that_see_images(get_settings().models.values()))
    return [starter for starter in starters() if has_images or not starter.needs_images]


@transaction.atomic
def create_missing_starters(user: User | None = None) -> list[PromptTemplate]:
    """Create the starters whose names are not taken, each with a revision and an audit log entry.

    Args:
        user: The author of the revisions and log entries; ``None`` for the system.

    Returns:
        The created templates. Existing templates are never changed.
    """
    taken = set(PromptTemplate.objects.values_list("name", flat=True))
    created = []
    for starter in usable_starters():
        if starter.name not in taken:
            template = PromptTemplate.objects.create(
                **{name: getattr(starter, name) for name in COLUMNS}
            )
            revision = template.save_revision(user=user)
            log(
                instance=template,
                action="wagtail.create",
                user=user,
                revision=revision,
                content_changed=True,
            )
            created.append(template)
    return created
