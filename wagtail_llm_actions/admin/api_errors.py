"""Error responses of the JSON endpoints: a code for the script, a sentence for the user."""

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
from wagtail_llm_actions.messages.errors import sentence_for
from wagtail_llm_actions.messages.limits import too_large_sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest


def json_errors(view: Callable[..., JsonResponse]) -> Callable[..., JsonResponse]:
    """Turn the errors that a view raises into JSON responses; no response is cached."""

    @never_cache
    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        try:
            return view(request, *args, **kwargs)
        except PermissionDeniedError as error:
            return _error(403, error.code, sentence_for(error))
        except LimitExceeded as error:
            response = _error(429, error.code, sentence_for(error))
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
    """A parameter is missing or malformed, which our own scripts never send."""


class TooLarge(ValueError):
    """The form holds more data than a request may send."""


def _error(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"error": {"code": code, "message": message}}, status=status)
