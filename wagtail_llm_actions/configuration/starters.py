"""Put the starter templates into the database."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from wagtail_llm_actions.models import PromptTemplate
from wagtail_llm_actions.prompts.starters import starters


@transaction.atomic
def create_missing_starters(user: Any = None) -> list[PromptTemplate]:
    """Create the starter templates whose names are free, each with a revision.

    Args:
        user: Who the revisions and the audit log name; ``None`` for the system.

    Returns:
        The new ones; a template that a site has changed, or one of the same name, stays as it is.
    """
    taken = set(PromptTemplate.objects.values_list("name", flat=True))
    created = []
    for starter in starters():
        if starter.name not in taken:
            template = PromptTemplate.objects.create(**asdict(starter))
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
