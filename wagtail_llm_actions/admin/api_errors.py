"""Error responses of the JSON endpoints: a code for the script, a sentence for the user."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import connections
from django.http import Http404, HttpRequest, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.datastructures import MultiValueDictKeyError
from django.utils.log import log_response
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from wagtail_llm_actions.admin.form_resolver import UnknownEditorForm
from wagtail_llm_actions.errors import LimitExceeded, LLMActionsError, PermissionDeniedError
from wagtail_llm_actions.messages.errors import sentence_for
from wagtail_llm_actions.messages.limits import is_brief, too_large_sentence

if TYPE_CHECKING:
    from collections.abc import Callable


class RequestErrorState(TypedDict):
    """Why a request was refused."""

    code: str
    message: str
    """The sentence for the user."""
    is_brief: NotRequired[bool]
    """Whether it is a limit that gives way within minutes, so that waiting helps."""
    field_errors: NotRequired[dict[str, str]]
    """What is wrong with the form, by the name of a field."""


class ErrorAnswer(TypedDict):
    """The body of every answer with a status of 400 or above."""

    error: RequestErrorState


def json_errors(view: Callable[..., JsonResponse]) -> Callable[..., JsonResponse]:
    """Turn the exceptions of a view into JSON responses; no response is cached."""

    @never_cache
    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        try:
            return view(request, *args, **kwargs)
        except (BadRequest, SuspiciousOperation, MultiPartParserError):
            raise
        except Exception as error:  # noqa: BLE001 - also of forms, models and permissions of the site
            return _answer(error, request)

    return wrapped


class RequestRefused(ValueError):
    """The request cannot be served as it is."""

    def __init__(
        self, status: int, code: str, message: str, field_errors: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field_errors = field_errors


class BadInput(RequestRefused):
    """A parameter is missing or malformed, which our own scripts never send."""

    def __init__(self) -> None:
        super().__init__(400, "bad_request", _("This request is not complete. Reload the page."))


class TooLarge(RequestRefused):
    """The form holds more data than a request may send."""

    def __init__(self) -> None:
        super().__init__(413, "too_large", too_large_sentence())


class InvalidForm(RequestRefused):
    """The user has to correct the form."""

    def __init__(self, code: str, message: str, field_errors: dict[str, str]) -> None:
        super().__init__(400, code, message, field_errors)


@functools.singledispatch
def _answer(error: Exception, request: HttpRequest) -> JsonResponse:
    """Do what Django does about an exception in a view, and answer with a sentence."""
    got_request_exception.send(sender=None, request=request)
    for connection in connections.all(initialized_only=True):
        if connection.settings_dict["ATOMIC_REQUESTS"] and connection.in_atomic_block:
            connection.set_rollback(True)
    defect = LLMActionsError()
    response = _error(500, defect.code, sentence_for(defect))
    log_response(
        "%s: %s",
        response.reason_phrase,
        request.path,
        response=response,
        request=request,
        exception=error,
    )
    return response


@_answer.register
def _permission_denied(error: PermissionDeniedError, request: HttpRequest) -> JsonResponse:
    return _error(403, error.code, sentence_for(error))


@_answer.register
def _permission_denied_by_site(error: PermissionDenied, request: HttpRequest) -> JsonResponse:
    return _permission_denied(PermissionDeniedError(), request)


@_answer.register
def _limit_exceeded(error: LimitExceeded, request: HttpRequest) -> JsonResponse:
    brief = is_brief(error.context())
    response = _error(429, error.code, sentence_for(error), is_brief=brief)
    if error.retry_after_seconds is not None:
        response["Retry-After"] = math.ceil(error.retry_after_seconds)
    return response


@_answer.register
def _incomplete_form(error: MultiValueDictKeyError, request: HttpRequest) -> JsonResponse:
    # A StreamField of which the form lacks an input.
    return _refused(BadInput(), request)


@_answer.register
def _refused(error: RequestRefused, request: HttpRequest) -> JsonResponse:
    return _error(error.status, error.code, error.message, error.field_errors)


@_answer.register(Http404)
@_answer.register(UnknownEditorForm)
def _not_found(error: Exception, request: HttpRequest) -> JsonResponse:
    return _error(404, "not_found", _("This does not exist any more. Reload the page."))


def _error(
    status: int,
    code: str,
    message: str,
    field_errors: dict[str, str] | None = None,
    *,
    is_brief: bool | None = None,
) -> JsonResponse:
    error: RequestErrorState = {"code": code, "message": message}
    if is_brief is not None:
        error["is_brief"] = is_brief
    if field_errors is not None:
        error["field_errors"] = field_errors
    answer: ErrorAnswer = {"error": error}
    return JsonResponse(answer, status=status)
