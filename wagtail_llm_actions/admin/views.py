"""What the action form asks while it is filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType
from django.http import JsonResponse
from django.views.decorators.http import require_GET
from wagtail.permission_policies import ModelPermissionPolicy

from wagtail_llm_actions.admin.editor.views import json_errors
from wagtail_llm_actions.admin.model_fields import model_fields
from wagtail_llm_actions.errors import PermissionRefused
from wagtail_llm_actions.models import LLMAction
from wagtail_llm_actions.runs.permissions import target_models

if TYPE_CHECKING:
    from django.http import HttpRequest

ACTION_POLICY = ModelPermissionPolicy(LLMAction)


@require_GET
@json_errors
def fields(request: HttpRequest) -> JsonResponse:
    """List the destination and source fields of a page or snippet type."""
    if not ACTION_POLICY.user_has_any_permission(request.user, ["add", "change"]):
        raise PermissionRefused
    offered = ContentType.objects.get_for_models(*target_models())
    by_id = {str(content_type.pk): model for model, content_type in offered.items()}
    model = by_id.get(request.GET.get("model_type", ""))
    if model is None:
        return JsonResponse({"destinations": [], "sources": []})
    found = model_fields(model)
    return JsonResponse({"destinations": found.destinations, "sources": found.sources})
