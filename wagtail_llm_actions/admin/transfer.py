"""Export and import of actions and templates: download; upload, look, confirm."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.generic import TemplateView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import Button

from wagtail_llm_actions.permissions.policies import can_export, can_import
from wagtail_llm_actions.transfer import (
    MAX_BYTES,
    ImportRefused,
    apply_import,
    export_setup,
    plan_import,
    read_setup,
    write_setup,
)

if TYPE_CHECKING:
    from django.http import HttpRequest

    from wagtail_llm_actions.transfer import ImportPlan

ACTIONS = "wagtail_llm_actions_actions:list"


def transfer_buttons(user: Any) -> list[Button]:
    """Return what the list of actions offers to a user."""
    offered = (
        (can_export, _("Export"), "wagtail_llm_actions:export", "download"),
        (can_import, _("Import"), "wagtail_llm_actions:import", "upload"),
    )
    return [
        Button(label, url=reverse(name), icon_name=icon, priority=110 + number)
        for number, (is_allowed, label, name, icon) in enumerate(offered)
        if is_allowed(user)
    ]


class UploadForm(forms.Form):
    """Takes the file; its ``cleaned_data["file"]`` is the JSON that it holds."""

    file = forms.FileField(
        label=_lazy("File"),
        help_text=_lazy("The JSON of an export, up to 1 MB."),
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )

    def clean_file(self) -> Any:
        """Read no more than an export may have."""
        return _read(self.cleaned_data["file"].read(MAX_BYTES + 1))


class ConfirmForm(forms.Form):
    """Carries the JSON from the page that shows the changes to the one that makes them."""

    setup = forms.CharField(widget=forms.HiddenInput)
    fingerprint = forms.CharField(widget=forms.HiddenInput)

    def clean_setup(self) -> Any:
        """Read it as if for the first time: it comes from the browser."""
        return _read(self.cleaned_data["setup"])


class ExportView(View):
    """Downloads all actions and templates."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Send the JSON."""
        if not can_export(request.user):
            raise PermissionDenied
        return HttpResponse(
            write_setup(export_setup()),
            content_type="application/json",
            headers={"Content-Disposition": 'attachment; filename="llm-actions.json"'},
        )


class ImportView(WagtailAdminTemplateMixin, TemplateView):
    """Asks for a file, shows what would change, and changes it."""

    http_method_names = ["get", "post"]
    template_name = "wagtail_llm_actions/import.html"
    page_title = _lazy("Import LLM actions")
    header_icon = "upload"
    _show_breadcrumbs = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Ask for the rights of both models."""
        if not can_import(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Say where this is."""
        return [
            *self.breadcrumbs_items,
            {"url": reverse(ACTIONS), "label": _("LLM actions")},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Begin with the form for a file."""
        return super().get_context_data(
            **{"form": UploadForm(), "actions_url": reverse(ACTIONS)} | kwargs
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take a file, or the confirmation of what a file would change."""
        if "setup" not in request.POST:
            form = UploadForm(request.POST, request.FILES)
            if not form.is_valid():
                return self.render_to_response(self.get_context_data(form=form))
            return self._show(plan_import(form.cleaned_data["file"]))
        confirmed = ConfirmForm(request.POST)
        if not confirmed.is_valid():
            messages.error(request, _("The import could not be read. Choose the file again."))
            return self.render_to_response(self.get_context_data())
        plan = plan_import(confirmed.cleaned_data["setup"])
        if not plan.is_ready:
            return self._show(plan)
        if plan.fingerprint != confirmed.cleaned_data["fingerprint"]:
            messages.warning(
                request, _("Something here has changed in the meantime. Look at the changes again.")
            )
            return self._show(plan)
        return self._apply(plan)

    def _show(self, plan: ImportPlan) -> HttpResponse:
        values = {"fingerprint": plan.fingerprint}
        if plan.is_ready:
            # Without white space, so that it stays below the limit.
            values["setup"] = json.dumps(plan.data, ensure_ascii=False, separators=(",", ":"))
        context = self.get_context_data(
            plan=plan,
            confirm=ConfirmForm(initial=values),
            parts=[
                (_("New"), plan.created, False),
                (_("Changed"), plan.changed, True),
            ],
        )
        return self.render_to_response(context)

    def _apply(self, plan: ImportPlan) -> HttpResponse:
        try:
            apply_import(plan, self.request.user)
        except ImportRefused as error:
            messages.error(self.request, str(error))
            return HttpResponseRedirect(reverse("wagtail_llm_actions:import"))
        counts = {"created": len(plan.created), "changed": len(plan.changed)}
        messages.success(
            self.request, _("Imported: %(created)d created, %(changed)d changed.") % counts
        )
        return HttpResponseRedirect(reverse(ACTIONS))


def _read(content: bytes | str) -> Any:
    try:
        return read_setup(content)
    except ImportRefused as error:
        raise forms.ValidationError(str(error)) from None
