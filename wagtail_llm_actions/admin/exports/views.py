"""The exported files of a user: list, progress, download."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from wagtail_llm_actions.admin.exports.rights import rights_of
from wagtail_llm_actions.admin.exports.streaming import download
from wagtail_llm_actions.admin.mixins import BreadcrumbsMixin, JobProgressView
from wagtail_llm_actions.models import LLMExport

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from wagtail_llm_actions.models.export import LLMExportQuerySet
    from wagtail_llm_actions.permissions import User

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LIST = "wagtail_llm_actions:exports"


def exports_of(user: User) -> LLMExportQuerySet:
    """Return the exports of a user that have not expired; delete those of all users that have."""
    LLMExport.objects.expired().discard()
    return LLMExport.objects.filter(user=user.pk)


class ExportsView(BreadcrumbsMixin, WagtailAdminTemplateMixin, TemplateView):
    """The files of the user, after the question whether to write another one, or why none is written."""

    template_name = "wagtail_llm_actions/exports.html"
    page_title = _("Exported files")
    header_icon = "download"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the files."""
        return super().get_context_data(**kwargs, exports=exports_of(self.request.user))


def exports_page(request: HttpRequest, **context: object) -> HttpResponse:
    """Answer another view's request with the files of the user, and what is said above them."""
    view = ExportsView()
    view.setup(request)
    return view.get(request, **context)


class ExportProgressView(JobProgressView):
    """Shows how far an export is, and deletes it."""

    http_method_names = ["get", "post"]
    template_name = "wagtail_llm_actions/export_progress.html"
    state_template = "wagtail_llm_actions/_export_state.html"
    page_title = _("Exported file")
    header_icon = "download"

    def get_queryset(self) -> LLMExportQuerySet:
        """Find those of the user only."""
        return exports_of(self.request.user)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way from the list of files to this one."""
        files = {"url": reverse(LIST), "label": ExportsView.page_title}
        return [*self.breadcrumbs_items, files, {"url": "", "label": self.page_title}]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponseRedirect:
        """Delete the file; one that is being written is written no further."""
        exports_of(request.user).filter(pk=pk).discard()
        messages.success(request, gettext("The file was deleted."))
        return HttpResponseRedirect(reverse(LIST))


@require_safe
def download_export(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Download a file of the user, if their rights are those that it was written with."""
    found = exports_of(request.user).filter(status=LLMExport.Status.DONE)
    export = get_object_or_404(found, pk=pk)
    if export.rights != rights_of(request.user):
        message = gettext("Your permissions have changed since the file was written. Export again.")
        messages.error(request, message)
        return HttpResponseRedirect(reverse("wagtail_llm_actions:export_progress", args=[pk]))
    response = download(request, _pieces(export), export.filename, XLSX_TYPE)
    response["Content-Length"] = str(export.size)
    return response


def _pieces(export: LLMExport) -> Iterator[bytes]:
    """Yield the parts of the file, each read by a query of its own."""
    numbers = export.chunks.order_by("number").values_list("number", flat=True)
    for number in list(numbers):
        yield bytes(export.chunks.values_list("data", flat=True).get(number=number))
