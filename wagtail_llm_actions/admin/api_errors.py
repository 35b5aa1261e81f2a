"""How the endpoints of the widget say no: a code for the program, a sentence for the person."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

from django.http import Http404, JsonResponse
from django.utils.datastructures import MultiValueDictKeyError
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from wagtail_llm_actions.admin.form_resolver import UnknownEditorForm
from wagtail_llm_actions.errors import LimitExceeded, PermissionDeniedError
from wagtail_llm_actions.messages.limits import limit_sentence, too_large_sentence
from wagtail_llm_actions.runs.outcome import error_fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest


def json_errors(view: Callable[..., JsonResponse]) -> Callable[..., JsonResponse]:
    """Answer what a view refuses with a code and a sentence, and never from a cache."""

    @never_cache
    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        try:
            return view(request, *args, **kwargs)
        except PermissionDeniedError as error:
            return _error(403, error.code, _refusal(error))
        except LimitExceeded as error:
            response = _error(429, error.code, limit_sentence(error_fields(error)["error_context"]))
            if error.retry_after_seconds is not None:
                response["Retry-After"] = math.ceil(error.retry_after_seconds)
            return response
        except TooLarge:
            return _error(413, "too_large", too_large_sentence())
        except (Http404, UnknownEditorForm):
            return _error(404, "not_found", _("This does not exist any more. Reload the page."))
        except (BadInput, MultiValueDictKeyError):
            return _error(400, "bad_request", _("This request is not complete. Reload the page."))

    return wrapped


class BadInput(ValueError):
    """A parameter is missing or malformed; only a program would send it so."""


class PermissionRevoked(PermissionDeniedError):
    """The user started a run, and has lost the right to edit its object since."""


class TooLarge(ValueError):
    """The form holds more than anybody could want a model to read."""


def _refusal(error: PermissionDeniedError) -> str:
    if isinstance(error, PermissionRevoked):
        return _("You are not allowed to edit this any more. The text is kept in the history.")
    return _("You are not allowed to do this here.")


def _error(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"error": {"code": code, "message": message}}, status=status)
