"""Starter prompt templates and actions."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from example_site.blog.loading import read_content
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.models import LLMAction, PromptTemplate
from wagtail_llm_actions.runs.findings import models_that_see_images

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
            "model": _model(sees_images=data["source"] == "file"),
            "model_type": ContentType.objects.get_by_natural_key(*data["model_type"].split(".")),
            "prompt_template": templates[data["template"]],
            "sort_order": order,
        }
        del values["template"]
        _save(LLMAction(**values))
    return True


def _model(*, sees_images: bool) -> str:
    """Return the key of the model; for an image, of one that sees it, where the site has any."""
    configured = get_settings().models
    able = models_that_see_images(configured.values()) if sees_images else {MODEL}
    return next((key for key in configured if key in able), MODEL)


def _save(instance: PromptTemplate | LLMAction) -> None:
    """Save as the admin's forms do: validated, and with a revision."""
    instance.full_clean()
    instance.save()
    instance.save_revision()
