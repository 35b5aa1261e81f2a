"""Export and import of actions and prompt templates: download; upload, preview, confirm."""

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
from django.views.decorators.http import require_safe
from django.views.generic import FormView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import Button

from wagtail_llm_actions.admin.exports.views import exports_page
from wagtail_llm_actions.admin.mixins import JobProgressView
from wagtail_llm_actions.models import LLMImport
from wagtail_llm_actions.permissions.policies import can_export, can_import
from wagtail_llm_actions.transfer.fixture import (
    MAX_BYTES,
    MAX_ENTRIES_OF_JOB,
    MAX_ENTRIES_OF_REQUEST,
    TransferError,
    export_fixture,
    read_fixture,
)
from wagtail_llm_actions.transfer.job import start_import
from wagtail_llm_actions.transfer.plan import apply_import, plan_import

if TYPE_CHECKING:
    from django.http import HttpRequest

    from wagtail_llm_actions.permissions import User
    from wagtail_llm_actions.transfer.fixture import Entry
    from wagtail_llm_actions.transfer.plan import ImportPlan

ACTIONS = "wagtail_llm_actions_actions:list"


def transfer_buttons(user: User) -> list[Button]:
    """Return the buttons of the list of actions that the user may use."""
    buttons = []
    if can_export(user):
        url = reverse("wagtail_llm_actions:export")
        buttons.append(Button(_("Export"), url=url, icon_name="download", priority=110))
    if can_import(user):
        url = reverse("wagtail_llm_actions:import")
        buttons.append(Button(_("Import"), url=url, icon_name="upload", priority=111))
    return buttons


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Download all actions and prompt templates; nothing where the address asks for some of them."""
    if not can_export(request.user):
        raise PermissionDenied
    if request.GET:
        refusal = _(
            "Nothing was exported. The file holds all actions and prompt templates; it has no filters."
        )
        response = exports_page(request, refusal=refusal)
        response.status_code = 400
        return response
    return HttpResponse(
        export_fixture(),
        content_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="llm-actions.json"'},
    )


class UploadForm(forms.Form):
    """Takes a file; its ``cleaned_data["file"]`` is the list of entries in it."""

    file = forms.FileField(
        label=_lazy("File"),
        help_text=_lazy("The JSON of an export, up to 1 MB."),
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )

    def clean_file(self) -> list[Entry]:
        """Read no more than a file may have."""
        try:
            return _read(self.cleaned_data["file"].read(MAX_BYTES + 1))
        except TransferError as error:
            raise forms.ValidationError(str(error)) from None


class ImportMixin(WagtailAdminTemplateMixin):
    """What the pages of an import have in common: their title, and who may see them."""

    page_title = _lazy("Import LLM actions")
    header_icon = "upload"
    _show_breadcrumbs = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Require the permissions that an import needs."""
        if not can_import(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way from the list of actions to this page."""
        actions = {"url": reverse(ACTIONS), "label": _("LLM actions")}
        return [*self.breadcrumbs_items, actions, {"url": "", "label": self.page_title}]


class ImportView(ImportMixin, FormView):
    """Uploads a file, shows what it would change, and applies it when that is confirmed."""

    http_method_names = ["get", "post"]
    template_name = "wagtail_llm_actions/import.html"
    form_class = UploadForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the imports of the last days that were too large for a request."""
        imports = LLMImport.objects.select_related("user").defer("content")
        return super().get_context_data(**kwargs, imports=imports)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take a file, or the confirmation of a preview, which carries the file's content."""
        if "content" not in request.POST:
            return super().post(request, *args, **kwargs)
        try:
            plan = plan_import(_read(request.POST["content"]))
            if not plan.is_ready:
                return self._preview(plan)
            if plan.fingerprint != request.POST.get("fingerprint"):
                message = _("Something here has changed in the meantime. Check the changes again.")
                messages.warning(request, message)
                return self._preview(plan)
            if len(plan.writes) > MAX_ENTRIES_OF_REQUEST:
                started = start_import(plan, request.POST["content"], request.user)
                return HttpResponseRedirect(
                    reverse("wagtail_llm_actions:import_progress", args=[started.pk])
                )
            apply_import(plan, request.user)
        except TransferError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(request.path)
        message = _("Imported: %(created)d created, %(changed)d changed.")
        messages.success(request, message % plan.counts)
        return HttpResponseRedirect(reverse(ACTIONS))

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Show what the file would change."""
        return self._preview(plan_import(form.cleaned_data["file"]))

    def _preview(self, plan: ImportPlan) -> HttpResponse:
        # Without white space, so that it stays below the limit of a file.
        content = json.dumps(plan.entries, ensure_ascii=False, separators=(",", ":"))
        shown = plan.writes[:MAX_ENTRIES_OF_REQUEST]
        context = self.get_context_data(
            form=None,
            plan=plan,
            content=content,
            shown=shown,
            more=len(plan.writes) - len(shown),
        )
        return self.render_to_response(context)


class ImportProgressView(ImportMixin, JobProgressView):
    """Shows how far a large import is."""

    template_name = "wagtail_llm_actions/import_progress.html"
    state_template = "wagtail_llm_actions/_import_state.html"
    model = LLMImport


def _read(content: bytes | str) -> list[Entry]:
    return read_fixture(content, max_entries=MAX_ENTRIES_OF_JOB)
