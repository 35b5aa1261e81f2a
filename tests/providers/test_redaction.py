"""Nothing that looks like a credential passes."""

from __future__ import annotations

import pytest

from wagtail_llm_actions.providers.redaction import redact


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Wrong key: p4ss-w0rd!", "Wrong key: [redacted]"),
        ("Wrong key: sk-proj-abcdef123456.", "Wrong key: [redacted]"),
        ("Wrong key: sk-pr***********3456, see", "Wrong key: [redacted], see"),
        ("bearer abc.def-123 was refused", "[redacted] was refused"),
        ("Authorization: Bearer abc.def-123", "[redacted]"),
        ("Authorization: Basic dXNlcjpwYXNz, x", "[redacted], x"),
        ('{"authorization": "Token abc"}', '{"[redacted]"}'),
        ("authorization=abc", "[redacted]"),
        ("Illegal header value b'Bearer abc\\n'", "Illegal header value b'[redacted]'"),
        ("No authorization given.", "No authorization given."),
        ("The task-force has a desk-job.", "The task-force has a desk-job."),
        ("two\n  lines\tand tabs ", "two lines and tabs"),
        ("", ""),
    ],
)
def test_redact(text: str, redacted: str) -> None:
    assert redact(text, "p4ss-w0rd!", None, "") == redacted


def test_a_long_text_is_cut_after_the_secrets_are_gone() -> None:
    text = redact("x" * 495 + " my-secret-key " + "y" * 100, "my-secret-key")

    assert len(text) == 500
    assert text.endswith("x [re…")


def test_a_text_of_just_the_limit_is_kept() -> None:
    assert redact("x" * 500) == "x" * 500


@pytest.mark.parametrize("key", ["none", "ollama", "EMPTY", "x", "sk-xxx", "not-needed", "no-key"])
def test_a_placeholder_is_a_word_and_no_secret(key: str) -> None:
    text = f"Run {key} pull owl, then {key} again."

    assert redact(text, key) == text


@pytest.mark.parametrize(
    "text",
    [
        "Missing bearer authentication in header",
        "Your basic plan does not include this model.",
        "Bearer token is missing",
        "Error in authorization: check the key",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert redact(text, "secret-key-1234") == text


@pytest.mark.parametrize(
    "form",
    ["p4ss/w+rd=12", "p4ss%2Fw%2Brd%3D12", "p4ss/w%2Brd%3D12", "cDRzcy93K3JkPTEy"],
    ids=["plain", "in a query", "in a path", "Base64"],
)
def test_no_form_of_a_key_passes(form: str) -> None:
    assert redact(f"You sent {form}.", "p4ss/w+rd=12") == "You sent [redacted]."


def test_a_key_in_json_is_masked() -> None:
    assert redact(r'{"key": "p4ss\"w0rd"}', 'p4ss"w0rd') == '{"key": "[redacted]"}'
