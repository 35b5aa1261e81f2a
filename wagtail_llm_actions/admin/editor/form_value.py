"""Turn a text into what the form field of a run holds once the text is accepted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wagtail_llm_actions.admin.api_errors import BadInput, RequestRefused, json_errors
from wagtail_llm_actions.admin.editor.request_params import PREFIX
from wagtail_llm_actions.admin.form_resolver import resolve_editor_form
from wagtail_llm_actions.admin.run_access import can_read_texts
from wagtail_llm_actions.errors import PermissionDeniedError
from wagtail_llm_actions.fields import adapter_at, targets
from wagtail_llm_actions.messages.faults import fault_sentence
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.permissions.editing import can_edit
from wagtail_llm_actions.runs.contract import contract_of
from wagtail_llm_actions.runs.unstored import restore

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from wagtail_llm_actions.admin.editor.serializers import FormValue


@require_POST
@json_errors
def form_value(request: HttpRequest, run_id: UUID) -> JsonResponse:
    """Return the value of the run's field for a text, as the model wrote it or edited.

    Nothing is written: the browser puts the value into the form, which is saved as always.
    """
    run = LLMRun.objects.filter(pk=run_id).first()
    if run is None:
        raise Http404
    form = resolve_editor_form(request.POST.get(f"{PREFIX}form-action", ""))
    if not (can_edit(request.user, form.instance, form.parent) and can_read_texts(request, run)):
        raise PermissionDeniedError
    restore([run])
    adapter = adapter_at(type(form.instance), run.field_path)
    if adapter is None or not adapter.is_converted:
        raise BadInput
    form_field = form.form_field(request, run.field_path)
    text = request.POST.get("text", "").replace("\0", "")
    contract = contract_of(run)
    if contract.is_value and (faults := contract.faults(text)):
        raise _refused(" ".join(map(fault_sentence, faults)))
    try:
        value, html = adapter.to_form_value(
            text,
            form_field,
            current=request.POST.get("value", ""),
            mode=run.write_mode,
            targets=targets(run.prompt),
        )
    except json.JSONDecodeError:
        raise BadInput from None
    except ValidationError as error:
        raise _refused(" ".join(error.messages)) from None
    except LookupError:
        message = _(
            "This text has too much markup to be put into the field. Copy it, or try again."
        )
        raise _refused(message) from None
    answer: FormValue = {"value": value, "html": html}
    return JsonResponse(answer)


def _refused(message: str) -> RequestRefused:
    return RequestRefused(422, "invalid_output", message)
