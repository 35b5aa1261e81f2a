"""A new error needs its class in errors and an entry in the registry: nothing else."""

from __future__ import annotations

import inspect
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from django.utils.functional import Promise

from tests.messages.test_errors import run_errors, subclasses
from wagtail_llm_actions.admin.actions.forms import ActionForm
from wagtail_llm_actions.admin.actions.playground import FIELDS
from wagtail_llm_actions.errors import (
    AccountDisabled,
    BudgetExceeded,
    CircuitOpen,
    ContextExceeded,
    DailyLimitReached,
    ErrorCode,
    LLMActionsError,
    ModelForbidden,
    ModelUnavailable,
    NothingToChange,
    OnlyReasoning,
    OutOfCredit,
    PermissionRevoked,
    ProviderError,
    ProviderTimeout,
    QuotaExhausted,
    RateLimited,
    RegionNotSupported,
)
from wagtail_llm_actions.messages.error_registry import REGISTRY
from wagtail_llm_actions.messages.errors import entry_for, error_title, sentence_for, sentence_of

if TYPE_CHECKING:
    from enum import StrEnum

    from wagtail_llm_actions.messages.error_entry import ErrorEntry

# Of attempts only: a run that was cancelled has no error.
NO_ENTRY = {ErrorCode.CANCELLED}


def reasons_of(error: type[LLMActionsError]) -> list[str]:
    reasons: type[StrEnum] | None = vars(error).get("Reason")
    return [member.value for member in reasons] if reasons else [error.reason]


def package_errors() -> set[type[LLMActionsError]]:
    """Return all classes of the package that are raised, without those of tests."""
    return {
        error
        for error in subclasses(LLMActionsError) - {ProviderError}
        if error.__module__.startswith("wagtail_llm_actions.")
    }


def test_every_error_class_has_an_entry() -> None:
    assert {entry.error for entry in REGISTRY} == package_errors()


def test_every_code_has_an_entry() -> None:
    assert {entry.error.code for entry in REGISTRY} == set(ErrorCode) - NO_ENTRY


@pytest.mark.parametrize("error", sorted(package_errors(), key=str))
def test_every_reason_has_an_entry(error: type[LLMActionsError]) -> None:
    entries = {entry.key[1] for entry in REGISTRY if entry.error is error}

    assert entries == set(reasons_of(error))


def test_every_code_has_a_short_name_of_its_own() -> None:
    names = {code: error_title(code) for code in ErrorCode}

    assert {entry.key for entry in REGISTRY if entry.title} == {
        (code.value, "") for code in set(ErrorCode) - NO_ENTRY
    }
    assert len(set(names.values())) == len(ErrorCode)
    assert names[ErrorCode.TIMEOUT] == "Took too long"
    assert error_title("solar_flare") == "solar_flare", "of another version"


def test_no_code_and_reason_has_two_entries() -> None:
    keys = [entry.key for entry in REGISTRY]

    assert len(set(keys)) == len(keys)


def test_an_error_leads_to_the_entry_of_its_class() -> None:
    for error in (*run_errors(), PermissionRevoked()):
        context = error.context()

        assert entry_for(error.code, context.get("reason", "")).error is type(error)
        assert json.loads(json.dumps(context)) == context


def test_the_reason_of_another_version_gets_the_entry_of_its_code() -> None:
    assert entry_for("rate_limited", "solar_flare").error is RateLimited
    assert entry_for("quantum_flux").error is LLMActionsError


@pytest.mark.parametrize("entry", REGISTRY, ids=lambda entry: "-".join(entry.key))
def test_an_entry_fits_the_form_and_the_texts_around_it(entry: ErrorEntry) -> None:
    retrying = str(entry.retrying) % {"seconds": 4, "number": 2, "of": 3}

    assert entry.form_field in {"", *FIELDS, *ActionForm.declared_fields}
    assert retrying.endswith("4 s (2 of 3)")
    if isinstance(entry.sentence, Promise):
        assert str(entry.sentence) % {"model": "Owl", "field": "Summary"}
    else:
        assert len(inspect.signature(entry.sentence).parameters) == 2


NEXT_STEPS = re.compile(
    r"\b(?:try again|(?:ask|tell) your admin|write something|shorten|wait)\b", re.IGNORECASE
)


@pytest.mark.parametrize("entry", REGISTRY, ids=lambda entry: "-".join(entry.key))
def test_a_sentence_tells_the_editor_what_to_do_next(entry: ErrorEntry) -> None:
    sentence = sentence_of(*entry.key, "owl")

    # With a text that is right as it stands, nothing is left to be done.
    assert NEXT_STEPS.search(sentence) or entry.error is NothingToChange, sentence
    assert "%(" not in sentence
    # These are words for admins.
    assert not re.search(r"\b[A-Z]{2,}_[A-Z_]+\b|API|Exception|BASE_URL|timeout", sentence)


@pytest.mark.parametrize("entry", REGISTRY, ids=lambda entry: "-".join(entry.key))
def test_a_troubleshooting_text_tells_the_admin_what_to_check(entry: ErrorEntry) -> None:
    text = str(entry.troubleshooting)

    assert re.search(
        r"\b(?:check|choose|raise|look|open|find|wait|change|try|start|sign in|add credit|report"
        r"|names the command|says why)\b",
        text,
        re.IGNORECASE,
    ), text
    assert "your admin" not in text, "the reader is the admin"


def test_the_retry_rules_are_on_the_classes() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    circuit_open = CircuitOpen(provider="test", model="m", failures=5, since=now, retry_at=now)

    assert (ModelUnavailable.max_attempts, ProviderTimeout.max_attempts) == (3, 2)
    assert ModelUnavailable.retryable
    assert not circuit_open.retryable, "no attempt would be made before its time"
    assert circuit_open.allows_fallback
    assert not RateLimited(provider="test", model="m", retryable=False).retryable


@pytest.mark.parametrize(
    "error",
    [
        *(QuotaExhausted, OutOfCredit, BudgetExceeded, DailyLimitReached, AccountDisabled),
        *(ModelForbidden, RegionNotSupported, ContextExceeded, OnlyReasoning),
    ],
)
def test_what_only_a_person_can_mend_is_asked_once_then_of_the_fallback(
    error: type[ProviderError],
) -> None:
    assert not error.retryable
    assert error.allows_fallback
    assert not error.opens_circuit, "the circuit breaker would hide who must act"


def test_a_request_gets_its_sentence_from_the_registry_too() -> None:
    assert sentence_for(PermissionRevoked()) == (
        "You are not allowed to edit this any more. Ask your admin if you need to; the text is kept "
        "in the history."
    )
