"""A prompt template: the text that becomes the prompt, managed by site admins."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_llm_actions.errors import InvalidInput
from wagtail_llm_actions.models.revisions import UnconstrainedRevisionMixin
from wagtail_llm_actions.prompts.rendering import validate


class PromptTemplateManager(models.Manager["PromptTemplate"]):
    """Finds templates by their natural key, for Django's serializers."""

    def get_by_natural_key(self, name: str) -> PromptTemplate:
        """Return the template with this name."""
        return self.get(name=name)


class PromptTemplate(UnconstrainedRevisionMixin, models.Model):
    """A named prompt in the allowed subset of Jinja2; every save keeps a revision."""

    name = models.CharField(_("name"), max_length=255, unique=True)
    description = models.CharField(
        _("description"),
        max_length=255,
        blank=True,
        help_text=_("What it is good for, for whoever chooses a template for an action."),
    )
    system_instructions = models.TextField(
        _("system instructions"),
        blank=True,
        help_text=_("How the model should behave: role, tone, language. The same variables work."),
    )
    text = models.TextField(
        _("text"),
        help_text=_(
            "The prompt. {{ input }} is the content of the source field, {{ post_title }} the "
            "title of the page and {{ post_summary }} its summary."
        ),
    )

    objects = PromptTemplateManager()

    class Meta:
        """Ordered by name."""

        verbose_name = _("prompt template")
        verbose_name_plural = _("prompt templates")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        """Return what identifies the template on every site."""
        return (self.name,)

    def clean(self) -> None:
        """Validate both templates; the errors name the line and the problem."""
        super().clean()
        problems = {}
        for field in ("system_instructions", "text"):
            try:
                validate(getattr(self, field))
            except InvalidInput as error:
                problems[field] = ValidationError(error.detail, code="invalid_template")
        if problems:
            raise ValidationError(problems)
