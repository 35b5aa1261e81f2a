"""The form of an action, whose choices depend on the settings and on the chosen type and model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminAutoHeightTextInput, AdminPageChooser

from wagtail_llm_actions.admin.actions.field_choices import (
    Choice,
    grouped,
    snippet_choices,
    type_fields,
)
from wagtail_llm_actions.admin.labels import model_type_label
from wagtail_llm_actions.admin.models.help_text import ModelHelpText, model_help_text
from wagtail_llm_actions.compat import content_types_of, page_model
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.configuration.target_models import target_models
from wagtail_llm_actions.configuration.warnings import READ_OWN_FIELD
from wagtail_llm_actions.fields import goes_with, is_image
from wagtail_llm_actions.models import LLMAction, RetentionMode
from wagtail_llm_actions.models.action import (
    MAX_CANDIDATES,
    MAX_MAX_TOKENS,
    MAX_TEMPERATURE,
    MIN_MAX_TOKENS,
    MIN_TEMPERATURE,
)
from wagtail_llm_actions.runs.findings import models_that_see_images, sees_images
from wagtail_llm_actions.runs.unstored import problem
from wagtail_llm_actions.scripts import script_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wagtail_llm_actions.conf import ModelSettings

CHOOSE = ("", _("- Select an option -"))
NONE = ("", _("None"))
OTHER_MODELS = ("fallback_model", "cheaper_model")
NO_HELP_TEXT: ModelHelpText = {
    "model": "",
    "about": "",
    "temperature": "",
    "max_tokens": "",
    "accepts_temperature": True,
}


class ModelTypeField(forms.ModelChoiceField):
    """A choice of a page or snippet type."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("queryset", ContentType.objects.none())
        super().__init__(**kwargs)

    def label_from_instance(self, obj: ContentType) -> str:
        """Return the name of the type and, in brackets, whether it is a page or a snippet."""
        return model_type_label(obj)


class ActionForm(WagtailAdminModelForm):
    """Offers the fields of the chosen type and the configured models.

    A saved value that is not available any more (a field that was removed, a model that is not
    configured) is still a choice, marked as missing, so that the action can be opened and repaired.
    """

    model_type = ModelTypeField(label=_("Page or snippet type"))
    offered_below: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=_("Offered below"),
        queryset=None,
        required=False,
        widget=AdminPageChooser,
        help_text=_("Only on this page and the pages below it. Choose none for everywhere."),
    )
    test_input = forms.CharField(
        label=_("Test input"),
        required=False,
        widget=AdminAutoHeightTextInput,
        help_text=_("What {{ input }} stands for in the test. It is not saved with the action."),
    )
    test_page: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=_("Take it from a page"),
        queryset=None,
        required=False,
        widget=AdminPageChooser,
        help_text=_(
            "A page that you may edit; its latest draft fills all variables. A test input goes "
            "before its source field."
        ),
    )

    test_snippet = forms.CharField(
        label=_("Take it from a snippet"),
        required=False,
        widget=forms.Select,
        help_text=_("For an action of anything but pages: one of the newest that you may edit."),
    )

    class Media:
        """The scripts that update the choices with the type, and run the playground."""

        js = [
            forms.Script(script_path("action-form.js"), type="module"),
            forms.Script(script_path("playground.js"), type="module"),
        ]
        css = {"all": ["wagtail_llm_actions/css/admin.css"]}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pages = page_model().objects.all()
        for name in ("offered_below", "test_page"):
            self.fields[name].queryset = pages
        if not pages.filter(pk=self.instance.offered_below or None).exists():
            self.initial["offered_below"] = None
        types = content_types_of(target_models()).values()
        self.fields["model_type"].queryset = ContentType.objects.filter(
            pk__in=[content_type.pk for content_type in types]
        ).order_by("app_label", "model")
        self.fields["model_type"].widget.attrs["data-llm-actions-fields-url"] = reverse(
            "wagtail_llm_actions:action_fields"
        )
        # The default of Django < 6.1 is a row of dashes.
        self.fields["model_type"].empty_label = CHOOSE[1]
        self.fields["prompt_template"].empty_label = CHOOSE[1]
        chosen = str(self["model_type"].value())
        offered = type_fields(chosen)
        # Where the type is changed, the fields of the old type are not kept.
        same_type = chosen == str(self.instance.model_type_id)
        self._choose("destination", offered.destinations, keep=same_type)
        self._choose("source", offered.sources, keep=same_type)
        self.fields["source"].widget.attrs["data-llm-actions-images"] = json.dumps(offered.images)
        snippets: Any = self.fields["test_snippet"].widget
        snippets.choices = [NONE, *snippet_choices(self.for_user, chosen)]
        self["destination"].help_text = format_html(
            '{} <strong data-llm-actions-fields-problem aria-live="polite">{}</strong>',
            self.fields["destination"].help_text,
            offered.problem,
        )
        models = list(get_settings().models.values())
        self._choose_models(models)
        self._limit("temperature", MIN_TEMPERATURE, MAX_TEMPERATURE, "0.1")
        self._limit("max_tokens", MIN_MAX_TOKENS, MAX_MAX_TOKENS, "1")
        if "candidate_count" in self.fields:
            self._limit("candidate_count", 1, MAX_CANDIDATES, "1")
        self._add_help_texts({model.key: model_help_text(model) for model in models})

    def _choose_models(self, models: Sequence[ModelSettings]) -> None:
        choices = [(model.key, str(model.label)) for model in models]
        self._choose("model", choices, keep=True)
        others = [name for name in OTHER_MODELS if name in self.fields]
        for name in others:
            self._choose(name, choices, keep=True, empty=NONE)
        see_images = sorted(models_that_see_images(models))
        for name in ("model", *others):
            self.fields[name].widget.attrs["data-llm-actions-see-images"] = json.dumps(see_images)

    def clean_offered_below(self) -> str:
        """Return the primary key of the page as a text; empty for everywhere."""
        page = self.cleaned_data["offered_below"]
        return "" if page is None else str(page.pk)

    def clean(self) -> dict[str, Any]:
        """Check that both models fit and differ, and that the order is settled."""
        cleaned: dict[str, Any] = super().clean()
        if {"model_type", "destination", "sort_order"} <= cleaned.keys():
            self._settle_order(cleaned)
        for name in OTHER_MODELS:
            if cleaned.get(name) and cleaned[name] == cleaned.get("model"):
                self.add_error(name, _("Choose another model than the one above."))
        if {"model_type", "source"} <= cleaned.keys():
            self._check_images(cleaned)
        stores_nothing = cleaned.get("retention_mode") == RetentionMode.NOTHING
        if stores_nothing and (sentence := problem(get_settings())):
            self.add_error("retention_mode", sentence)
        if {"model_type", "source", "destination"} <= cleaned.keys():
            model = cleaned["model_type"].model_class()
            if model and not goes_with(model, cleaned["source"], cleaned["destination"]):
                self.add_error("source", READ_OWN_FIELD)
        return cleaned

    def _check_images(self, cleaned: dict[str, Any]) -> None:
        """Refuse models that do not see the image which is the source."""
        model = cleaned["model_type"].model_class()
        if model is None or not is_image(model, cleaned["source"]):
            return
        models = get_settings().models
        for name in ("model", *OTHER_MODELS):
            chosen = models.get(cleaned.get(name) or "")
            if chosen and not sees_images(chosen):
                others = models_that_see_images(models.values())
                message = _("%(model)s cannot see images. These models can: %(models)s.")
                if not others:
                    message = _("%(model)s cannot see images, and no other configured model can.")
                labels = [str(other.label) for key, other in models.items() if key in others]
                facts = {"model": chosen.label, "models": ", ".join(labels)}
                self.add_error(name, message % facts)

    def _settle_order(self, cleaned: dict[str, Any]) -> None:
        """Put a new action behind the others of its field; name the one with the same order."""
        this = LLMAction(
            pk=self.instance.pk,
            model_type=cleaned["model_type"],
            destination=cleaned["destination"],
        )
        same = this.neighbours().filter(sort_order=cleaned["sort_order"]).first()
        if same is None:
            return
        if self.instance.pk is None and "sort_order" not in self.changed_data:
            cleaned["sort_order"] = this.next_order()
            return
        message = _("“%(action)s” of the same field has this order too. %(next)d is free.")
        self.add_error("sort_order", message % {"action": same.label, "next": this.next_order()})

    def _choose(
        self, name: str, choices: list[Choice], *, keep: bool, empty: tuple[str, Any] = CHOOSE
    ) -> None:
        field = self.fields[name]
        current = getattr(self.instance, name)
        if keep and current and current not in dict(choices):
            missing = _("%(value)s (missing)") % {"value": current}
            choices = [*choices, (current, missing)]
        self.fields[name] = forms.ChoiceField(
            choices=[empty, *grouped(choices)],
            label=field.label,
            help_text=field.help_text,
            required=field.required,
        )

    def _add_help_texts(self, help_texts: dict[str, ModelHelpText]) -> None:
        """Add the help texts of the chosen model; the script replaces them when another is chosen."""
        chosen = help_texts.get(str(self["model"].value()), NO_HELP_TEXT)
        self.fields["model"].widget.attrs["data-llm-actions-help-texts"] = json.dumps(help_texts)
        for name in ("model", "temperature", "max_tokens"):
            field = self[name]
            field.help_text = format_html(
                '{} <span data-llm-actions-help-text="{}" aria-live="polite">{}</span>',
                field.help_text,
                name,
                chosen[name],
            )
        if not chosen["accepts_temperature"]:
            # A disabled input is not posted, and its value would be lost.
            self.fields["temperature"].widget.attrs.update(
                {"readonly": True, "aria-disabled": "true"}
            )

    def _limit(self, name: str, lowest: float, highest: float, step: str) -> None:
        self.fields[name].widget.attrs.update({"min": lowest, "max": highest, "step": step})
