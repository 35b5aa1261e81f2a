"""The form of a prompt template."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminPageChooser

from wagtail_llm_actions.compat import page_model
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.scripts import script_path


class PromptTemplateForm(WagtailAdminModelForm):
    """Adds the inputs of the preview, which are not saved."""

    preview_page: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=_lazy("Page"),
        queryset=None,
        required=False,
        widget=AdminPageChooser,
        help_text=_lazy("A page that you may edit; its latest draft is read."),
    )
    preview_source = forms.CharField(
        label=_lazy("Source field"),
        required=False,
        widget=forms.Select(choices=[("", _lazy("Automatic"))]),
        help_text=_lazy("What {{ input }} stands for in the preview."),
    )
    preview_model = forms.ChoiceField(
        label=_lazy("LLM model"),
        required=False,
        help_text=_lazy("Its context length decides how much of the source would be cut off."),
    )

    class Media:
        """Validates while the admin types, inserts variables and shows the preview."""

        js = [forms.Script(script_path("template-form.js"), type="module")]
        css = {"all": ["wagtail_llm_actions/css/admin.css"]}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["preview_page"].queryset = page_model().objects.all()
        models = get_settings().models.values()
        self.fields["preview_model"].choices = [
            ("", _("Any model")),
            *((model.key, str(model.label)) for model in models),
        ]
