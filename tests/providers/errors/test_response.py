"""Every vendor says in its own way who must act; one table understands all of them."""

from __future__ import annotations

import json

import pytest

from tests.providers.errors.bodies import CASES, Case
from wagtail_llm_actions.errors import OutOfCredit, RateLimited
from wagtail_llm_actions.providers.errors.classify import classify
from wagtail_llm_actions.providers.errors.response import failure_in, reports_error
from wagtail_llm_actions.providers.errors.table import ROWS

NUMBERED = [f"{case.kind.__name__} {number}" for number, case in enumerate(CASES)]


@pytest.mark.parametrize("case", CASES, ids=NUMBERED)
def test_a_body_from_practice_is_recognized(case: Case) -> None:
    assert failure_in(case.body, status_code=case.status).kind is case.kind


def test_the_corpus_is_large_enough() -> None:
    assert len(CASES) >= 480


def test_no_code_stands_in_two_rows() -> None:
    codes = [code for row in ROWS for code in (*row.code_set, *row.broad_set)]

    assert len(codes) == len(set(codes))


def test_a_text_about_money_is_no_error_of_an_account() -> None:
    message = "messages.0.content: expected a list, got 'My credit balance is too low, she said'"

    assert classify(400, (), message).__name__ == "RequestRejected"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('[{"error": {"code": 400, "message": "Unknown name"}}]', "Unknown name"),
        ('{"detail": "Not here"}', "Not here"),
        ('{"detail": {"error": "Not here"}}', "Not here"),
        ('{"detail": [{"loc": ["body", 0], "msg": "Bad", "input": "secret"}]}', "body.0: Bad"),
        ('{"message": ["a is bad", "b is bad"], "error": "Bad Request"}', "a is bad; b is bad"),
        ('{"errors": [{"message": "One"}, {"message": "Two"}]}', "One; Two"),
        ('{"errors": ["One"]}', "One"),
        ('{"error": ["One"], "warnings": ["w"]}', "One"),
        ('{"error": "invalid_client", "error_description": "Unknown client"}', "Unknown client"),
        ('{"type": "about:blank", "title": "Gone", "detail": "It left."}', "It left."),
        ('{"type": "about:blank", "title": "Gone", "status": 410}', "Gone"),
        ('{"__type": "x#ValidationException", "Message": "Too long"}', "Too long"),
        ('{"base_resp": {"status_code": 1004, "status_msg": "login fail"}}', "login fail"),
        ('{"error": {"code": "insufficient_quota"}}', "insufficient_quota"),
        ('"Just a text"', "Just a text"),
        ('{"message": "{\\"error\\": {\\"message\\": \\"Inside\\"}}"}', "Inside"),
        ('data: {"error": {"message": "In an event"}}\n\n', "In an event"),
        ('event: error\ndata: {"detail": "In an event"}\n\n', "In an event"),
        ("<!DOCTYPE html><html><title>\n 502 Bad&nbsp;Gateway </title><p>x", "502 Bad Gateway"),
        ("<html><h1>Not here</h1><script>x()</script></html>", "Not here"),
        ("upstream connect error", "upstream connect error"),
        ("", "Bad Request"),
        ("{}", "Bad Request"),
        ("null", "Bad Request"),
        ("[]", "Bad Request"),
        ('\ufeff{"error": "After a mark"}', "After a mark"),
    ],
)
def test_the_servers_own_words_are_found(body: str, words: str) -> None:
    assert failure_in(body.encode(), status_code=400).message == words


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ('{"error": {"message": "Inside"}}', "Provider returned error: Inside"),
        ('[{"error": {"message": "Inside"}}]', "Provider returned error: Inside"),
        ("Inside", "Provider returned error: Inside"),
        ({"detail": "Inside"}, "Provider returned error: Inside"),
        ("", "Provider returned error"),
        (None, "Provider returned error"),
    ],
)
def test_the_words_of_the_provider_behind_a_gateway_are_found(raw: object, words: str) -> None:
    error = {"message": "Provider returned error", "code": 400, "metadata": {"raw": raw}}

    assert failure_in(json.dumps({"error": error}), status_code=400).message == words


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "Insufficient credits", "code": 402}},
        {"code": 402, "message": "Insufficient credits"},
        [{"error": {"code": 402, "message": "Insufficient credits"}}],
        {"detail": "Insufficient credits"},
        {
            "id": "1",
            "choices": None,
            "base_resp": {"status_code": 1008, "status_msg": "Insufficient credits"},
        },
    ],
)
def test_an_error_in_place_of_an_answer_is_recognized(body: object) -> None:
    failure = failure_in(body)

    assert reports_error(body)
    assert (failure.kind, failure.message) == (OutOfCredit, "Insufficient credits")


@pytest.mark.parametrize(
    "body",
    [
        {"id": "1", "choices": [{"delta": {"content": "No credit left"}}]},
        {"choices": [], "error": None},
        {"message": {"role": "assistant", "content": "Hoo"}, "done": True},
        {"type": "message", "content": [{"type": "text", "text": "error"}]},
        {"id": "1"},
        {"choices": [{"delta": {}}], "base_resp": {"status_code": 0, "status_msg": ""}},
        {"type": "message_start", "message": {"model": "owl-1"}},
        {"type": "ping"},
        [],
        "text",
    ],
)
def test_an_answer_is_no_error(body: object) -> None:
    assert not reports_error(body)


def test_a_header_is_believed_before_the_body_and_the_resets_last() -> None:
    body = {"error": {"message": "Rate limit. Please try again in 7s."}}
    reset = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30s"}

    def wait(body: object, headers: dict[str, str]) -> float | None:
        return failure_in(body, status_code=429, headers=headers).retry_after_seconds

    assert wait(body, {"retry-after": "3", **reset}) == 3.0
    assert wait(body, reset) == 7.0
    assert wait({"error": "Rate limit"}, reset) == 90.0


def test_a_quota_that_is_there_again_soon_is_a_rate_limit() -> None:
    message = "You exceeded your current quota. Please retry in 34.07s."

    failure = failure_in({"error": {"message": message}}, status_code=429)

    assert (failure.kind, failure.retry_after_seconds) == (RateLimited, 34.07)
