"""Support report of a failed run: identifiers, parameters, times and versions, no content."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.conf.providers import provider_packages
from wagtail_llm_actions.errors import ErrorCode
from wagtail_llm_actions.models import RedactionReason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from wagtail_llm_actions.models import LLMAttempt, LLMRun

PACKAGES = ("wagtail-llm-actions", "wagtail", "django", "rq")
"""Reported beside the packages of the providers."""


def support_report(run: LLMRun, attempts: Iterable[LLMAttempt]) -> str:
    """Return the report as plain text, in English and in UTC; empty where nothing is to be mended.

    It can be sent to anybody: it has no prompt, output, user or page, and no message of the
    provider, which may quote them.
    """
    if run.error_code == ErrorCode.NOTHING_TO_CHANGE:
        return ""
    return "\n".join([*_run_lines(run), *map(_attempt_line, attempts), _versions()])


def _run_lines(run: LLMRun) -> Iterator[str]:
    status = run.error_context.get("status_code")
    yield f"run: {run.pk}"
    yield f"error: {run.error_code}" + (f" (HTTP {status})" if status else "")
    yield f"model: {run.current_model_key} ({run.request_model} at {run.provider_name})"
    yield f"parameters: temperature {run.temperature}, max tokens {run.max_tokens}"
    yield f"queued: {_utc(run.queued_at)}"
    yield f"started: {_utc(run.started_at)}"
    yield f"first token: {_utc(run.first_token_at)}"
    yield f"finished: {_utc(run.finished_at)}"
    if run.redaction_reason == RedactionReason.NEVER:
        yield "texts: not stored"
    elif run.redacted_at:
        yield f"texts redacted: {_utc(run.redacted_at)}"


def _attempt_line(attempt: LLMAttempt) -> str:
    end = attempt.error_code or "ok"
    return (
        f"attempt {attempt.number}: {attempt.request_model}, {end}, "
        f"{_utc(attempt.started_at)} to {_utc(attempt.finished_at)}"
    )


def _utc(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else "-"


def _versions() -> str:
    found = [f"python {platform.python_version()}"]
    for name in (*PACKAGES, *provider_packages(get_settings().providers.values())):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return f"versions: {', '.join(found)}"
