"""The endpoint of the action form that lists the fields of the chosen type."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.views.decorators.http import require_GET

from wagtail_llm_actions.admin.actions.field_choices import snippet_choices, type_fields
from wagtail_llm_actions.admin.api_errors import json_errors
from wagtail_llm_actions.errors import PermissionDeniedError
from wagtail_llm_actions.permissions.policies import ACTION_POLICY

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_GET
@json_errors
def action_fields(request: HttpRequest) -> JsonResponse:
    """Return the ``ModelFields`` of a page or snippet type, and the snippets to test it with."""
    if not ACTION_POLICY.user_has_any_permission(request.user, ["add", "change"]):
        raise PermissionDeniedError
    chosen = request.GET.get("model_type", "")
    snippets = snippet_choices(request.user, chosen)
    return JsonResponse({**asdict(type_fields(chosen)), "snippets": snippets})
