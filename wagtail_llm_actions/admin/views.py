"""What the action form asks while it is filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.views.decorators.http import require_GET
from wagtail.permission_policies import ModelPermissionPolicy

from wagtail_llm_actions.admin.editor.views import json_errors
from wagtail_llm_actions.admin.model_fields import type_fields
from wagtail_llm_actions.errors import PermissionRefused
from wagtail_llm_actions.models import LLMAction

if TYPE_CHECKING:
    from django.http import HttpRequest

ACTION_POLICY = ModelPermissionPolicy(LLMAction)


@require_GET
@json_errors
def fields(request: HttpRequest) -> JsonResponse:
    """List the destination and source fields of a page or snippet type."""
    if not ACTION_POLICY.user_has_any_permission(request.user, ["add", "change"]):
        raise PermissionRefused
    found = type_fields(request.GET.get("model_type", ""))
    return JsonResponse({"destinations": found.destinations, "sources": found.sources})
