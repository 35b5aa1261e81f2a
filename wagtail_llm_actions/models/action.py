"""An LLM action, as site admins define it: how one field is filled with a model's output."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import ClusterableModel

from wagtail_llm_actions.answers.checks.words import split_words
from wagtail_llm_actions.models.choices import RetentionMode
from wagtail_llm_actions.models.languages import language_choices
from wagtail_llm_actions.models.revisions import UnconstrainedRevisionMixin

MIN_TEMPERATURE, MAX_TEMPERATURE = 0.0, 2.0
MIN_MAX_TOKENS, MAX_MAX_TOKENS = 1, 4096
MAX_CANDIDATES = 5
MAX_WORDS_CHARS = 1000
MAX_RETENTION_DAYS = 36_500


class LLMActionManager(models.Manager["LLMAction"]):
    """Finds actions by their natural key, for Django's serializers."""

    def get_by_natural_key(
        self, app_label: str, model: str, destination: str, label: str
    ) -> LLMAction:
        """Return the action of a page or snippet type, a destination field and a label."""
        return self.get(
            model_type__app_label=app_label,
            model_type__model=model,
            destination=destination,
            label=label,
        )


class LLMAction(UnconstrainedRevisionMixin, ClusterableModel):
    """Source field → prompt template → model → destination field, for one page or snippet type.

    Named ``LLMAction`` because Wagtail uses "action" for other things. Columns without a docstring
    are explained to users by their help text.
    """

    class WriteMode(models.TextChoices):
        """How an accepted output is combined with the text of the field."""

        REPLACE = "replace", _("Replace the text of the field")
        APPEND = "append", _("Add at the end of the field")
        PREPEND = "prepend", _("Add at the beginning of the field")

    # What editors see, and where

    label = models.CharField(
        _("label"), max_length=100, help_text=_("What editors read, such as “Suggest a title”.")
    )
    description = models.CharField(
        _("description"),
        max_length=255,
        blank=True,
        help_text=_("A hint for editors, shown where they choose among several actions."),
    )
    model_type = models.ForeignKey(
        "contenttypes.ContentType",
        verbose_name=_("page or snippet type"),
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
    )
    """The page or snippet model that the action is offered on."""
    destination = models.CharField(
        _("field name"), max_length=255, help_text=_("The destination field where the output goes.")
    )
    source = models.CharField(
        _("source field"), max_length=255, help_text=_("Where the input comes from.")
    )
    # Request

    prompt_template = models.ForeignKey(
        "wagtail_llm_actions.PromptTemplate",
        verbose_name=_("prompt template"),
        on_delete=models.PROTECT,
        related_name="actions",
    )
    """Sent with the values of its variables; cannot be deleted while an action uses it."""
    model = models.CharField(_("LLM model"), max_length=100)
    """The model, as a key of the setting ``MODELS``."""
    fallback_model = models.CharField(
        _("fallback model"),
        max_length=100,
        blank=True,
        help_text=_("Asked when the model above is busy, not reachable or not set up."),
    )
    cheaper_model = models.CharField(
        _("cheaper model"),
        max_length=100,
        blank=True,
        help_text=_("Asked when a budget is used up that takes the cheaper model."),
    )
    temperature = models.FloatField(
        _("temperature"),
        default=0.7,
        validators=[MinValueValidator(MIN_TEMPERATURE), MaxValueValidator(MAX_TEMPERATURE)],
        help_text=_("0.0 is the most deterministic, 0.7 balanced, 1.0 and above more creative."),
    )
    max_tokens = models.PositiveIntegerField(
        _("max tokens"),
        default=1000,
        validators=[MinValueValidator(MIN_MAX_TOKENS), MaxValueValidator(MAX_MAX_TOKENS)],
        help_text=_("Limits the length of the output, from 1 to 4096. Higher means more content."),
    )
    # Result

    write_mode = models.CharField(
        _("write mode"),
        max_length=10,
        choices=WriteMode.choices,
        default=WriteMode.REPLACE,
        help_text=_(
            "What happens to the text of the field when an editor accepts. Values, such as a choice "
            "or a date, are always replaced, and new blocks are always added."
        ),
    )
    candidate_count = models.PositiveSmallIntegerField(
        _("number of candidates"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_CANDIDATES)],
        help_text=_(
            "How many texts the editor chooses from, 1 to 5. Each is generated, and billed, by itself."
        ),
    )
    only_when_empty = models.BooleanField(
        _("only when empty"),
        default=False,
        help_text=_("Only write into a field that has no text yet."),
    )
    check_facts = models.BooleanField(
        _("check facts"),
        default=True,
        help_text=_(
            "Name numbers, dates, names, quotations and links of an output that its source does not hold."
        ),
    )
    # Rules for the answer

    answer_language = models.CharField(
        _("language"),
        max_length=20,
        blank=True,
        choices=language_choices,
        help_text=_(
            "The prompt asks for it. A text that is certainly in another language is marked; a few "
            "words are not enough to tell."
        ),
    )
    required_words = models.TextField(
        _("required words"),
        blank=True,
        validators=[MaxLengthValidator(MAX_WORDS_CHARS)],
        help_text=_("Words or phrases, separated by commas. “boat*” takes any ending."),
    )
    forbidden_words = models.TextField(
        _("forbidden words"),
        blank=True,
        validators=[MaxLengthValidator(MAX_WORDS_CHARS)],
        help_text=_("Words or phrases, separated by commas. “cheap*” is any word that begins so."),
    )
    min_length = models.PositiveIntegerField(
        _("minimum length"),
        null=True,
        blank=True,
        help_text=_("How many characters the text has at least; empty for any number."),
    )
    # Availability

    # The id as text, not a foreign key: Page is swappable since Wagtail 8.0.
    offered_below = models.CharField(max_length=255, blank=True)
    """The primary key of the root page of the subtree that the action is offered in; empty: all."""
    groups = ParentalManyToManyField(
        "auth.Group",
        verbose_name=_("groups"),
        blank=True,
        related_name="+",
        db_constraint=False,
        help_text=_("Who may run it. Choose none for everyone who may edit the page or snippet."),
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Only active actions are offered to editors.")
    )
    sort_order = models.PositiveIntegerField(
        _("order"), default=0, help_text=_("Actions of the same field are shown lowest first.")
    )

    # Retention

    retention_mode = models.CharField(
        _("what is kept"),
        max_length=10,
        blank=True,
        choices=RetentionMode.choices,
        help_text=_(
            "With figures only, prompts and texts are redacted as soon as an editor has decided, or after "
            "a day. Where no texts are stored, they are never in the database, not even while the model "
            "writes: it shows its text when it is complete, and nobody can read it later. Empty: as for the "
            "whole site."
        ),
    )
    redact_after_days = models.PositiveIntegerField(
        _("days until texts are redacted"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_RETENTION_DAYS)],
        help_text=_(
            "Prompts, texts and the words of errors are emptied after so many days; decisions, tokens "
            "and costs stay. Empty: as for the whole site."
        ),
    )
    delete_after_days = models.PositiveIntegerField(
        _("days until runs are deleted"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_RETENTION_DAYS)],
        help_text=_("Runs are deleted after so many days. Empty: as for the whole site."),
    )

    objects = LLMActionManager()

    class Meta:
        """Ordered as editors see them."""

        verbose_name = _("LLM action")
        verbose_name_plural = _("LLM actions")
        ordering = ["sort_order", "label"]
        indexes = [models.Index(fields=["is_active", "model_type"], name="llm_action_offered")]
        constraints = [
            models.UniqueConstraint(
                fields=["model_type", "destination", "label"],
                name="llm_action_unique_label",
                violation_error_message=_("This field already has an action with this label."),
            )
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        """Check that no word is both required and forbidden."""
        super().clean()
        forbidden = {word.casefold() for word in split_words(self.forbidden_words)}
        for word in split_words(self.required_words):
            if word.casefold() in forbidden:
                message = _("“%(word)s” is a forbidden word too.") % {"word": word}
                raise ValidationError({"required_words": message})

    def neighbours(self) -> models.QuerySet[LLMAction]:
        """Return the other actions of the same field."""
        same = LLMAction.objects.filter(model_type=self.model_type_id, destination=self.destination)
        return same.exclude(pk=self.pk)

    def next_order(self) -> int:
        """Return the order behind those of the other actions of the same field; 0 without any."""
        highest = self.neighbours().aggregate(highest=models.Max("sort_order"))["highest"]
        return 0 if highest is None else highest + 1

    def natural_key(self) -> tuple[str, str, str, str]:
        """Return what identifies the action on every site: type, destination field and label."""
        return (*self.model_type.natural_key(), self.destination, self.label)
