"""Nothing that looks like a credential passes."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote

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


KEY = "sk-Live/Key+0123456789=abcdefXYZ"


def each(form: str) -> str:
    return "".join(form % ord(character) for character in KEY)


FORMS = {
    "in a query": quote(KEY, safe=""),
    "with small letters in a query": quote(KEY, safe="").lower(),
    "encoded twice": quote(quote(KEY, safe=""), safe=""),
    "every character in a query": each("%%%02x"),
    "in JSON": json.dumps(KEY).replace("/", "\\/")[1:-1],
    "as codes in JSON": each("\\u%04x"),
    "in JSON in JSON": each("\\\\u%04X"),
    "as bytes": each("\\x%02x"),
    "in HTML": each("&#%d;"),
    "Base64": b64encode(KEY.encode()).decode(),
    "Base64 for addresses": urlsafe_b64encode(KEY.encode()).decode().rstrip("="),
    "Base64 after a user": b64encode(f"user:{KEY}".encode()).decode(),
    "Base64, cut": b64encode(KEY.encode()).decode()[3:30],
    "in capitals": KEY.upper(),
    "in small letters": KEY.lower(),
    "beginning": KEY[:14],
    "end": KEY[-12:],
    "middle": KEY[9:22],
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_a_key_is_masked_however_it_is_written_and_cut(form: str) -> None:
    assert redact(f"You sent {form} to us.", KEY) == "You sent [redacted] to us."


def test_both_ends_of_a_key_are_masked() -> None:
    text = redact(f"You sent {KEY[:10]}...{KEY[-10:]}.", KEY)

    assert text == "You sent [redacted]...[redacted]."


@pytest.mark.parametrize(
    "credential",
    [
        "x-api-key: abcdef",
        "X-API-KEY=abcdef",
        "x-goog-api-key: abcdef",
        "api-key: 0123456789abcdef",
        "Cookie: session=abc; csrftoken=def",
        "Set-Cookie: sid=31d4d96e407aad42; Path=/",
        "password=hunter2",
        "client_secret: abc123def",
        "OPENAI_API_KEY=abcdef",
        "AIzaSyDabcdefghijklmnopqrstuvwxyzABCDEFG",
        "AIzaSyD…wxyz",
        "gsk_abcdefghijklmnopqrstuv",
        "gsk_abc…xyz",
        "hf_AbCdEfGhIjKlMnOpQr",
        "hf_****abcd",
        "xai-abcdefghijklmnop1234",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "github_pat_11ABC_defghijk12345",
        "glpat-abc123def456",
        "sk-ant-api03-abc...xyz",
        "sk_live_51H8abcdefgh",
        "r8_Hw1234567890",
        "nvapi-abc-12345678",
        "xoxb-1234-abcd",
        "AKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_credentials_of_others_are_masked_by_their_shape(credential: str) -> None:
    assert redact(f"It was {credential}\nand failed.") in {
        "It was [redacted] and failed.",
        # A cookie may hold anything up to the end of its line.
        "It was [redacted]",
    }


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("{'x-api-key': 'abc', 'a': 1}", "{'[redacted]', 'a': 1}"),
        ("(b'x-api-key', b'abc')", "(b'[redacted]')"),
        ("https://user:hunter2@host/path", "https://[redacted]@host/path"),
        ("postgres://u:p4ss@db:5432/x", "postgres://[redacted]@db:5432/x"),
        ("redis://:secret@h:6379/0", "redis://[redacted]@h:6379/0"),
        ("https://host/v1?key=abc&x=2 failed", "https://host/v1?[redacted] failed"),
        ("GET /v1?key=abc&x=2 failed", "GET /v1?[redacted]&x=2 failed"),
    ],
)
def test_what_stands_around_a_credential_stays(text: str, redacted: str) -> None:
    assert redact(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "invalid x-api-key",
        "x-api-key header is required",
        "Set HF_TOKEN in the environment, and HF_HUB_ENABLE_HF_TRANSFER",
        "Incorrect API key provided. You can find yours at https://platform.openai.com/api-keys.",
        "max_tokens: 4096 is too large",
        "Unexpected token: 12",
        "The api_key: must be set",
        "no cookie was sent, and the password is wrong",
        "xai-grok is missing from the key-value store",
        "https://medium.com/@user/post",
        "model 'sk-learn' not found",
        "Limit 30000, Used 29000 on tokens per minute (TPM)",
    ],
)
def test_words_about_credentials_stay(text: str) -> None:
    assert redact(text, KEY) == text
