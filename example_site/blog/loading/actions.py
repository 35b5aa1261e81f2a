"""Starter prompt templates and actions."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from example_site.blog.loading import read_content
from wagtail_llm_actions.models import LLMAction, PromptTemplate

MODEL = "smollm2"


@transaction.atomic
def load_actions() -> bool:
    """Create the starter actions; return whether there were neither templates nor actions yet."""
    if PromptTemplate.objects.exists() or LLMAction.objects.exists():
        return False
    content = read_content("actions")
    templates = {}
    for data in content["templates"]:
        template = PromptTemplate(**{name: text.strip() for name, text in data.items()})
        templates[template.name] = template
        _save(template)
    for order, data in enumerate(content["actions"]):
        values = data | {
            "model": MODEL,
            "model_type": ContentType.objects.get_by_natural_key(*data["model_type"].split(".")),
            "prompt_template": templates[data["template"]],
            "sort_order": order,
        }
        del values["template"]
        _save(LLMAction(**values))
    return True


def _save(instance: PromptTemplate | LLMAction) -> None:
    """Save as the admin's forms do: validated, and with a revision."""
    instance.full_clean()
    instance.save()
    instance.save_revision()
