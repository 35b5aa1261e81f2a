"""What every adapter inherits."""

from __future__ import annotations

import pytest

from wagtail_llm_actions.errors import RateLimited
from wagtail_llm_actions.providers.base import Failure
from wagtail_llm_actions.providers.testing import ScriptedProvider


@pytest.mark.parametrize(
    "base_url",
    ["localhost:8080", "not an address", "/v1", "ftp://host", "http:///v1", "http://host:99999"],
)
def test_an_address_that_no_call_could_reach_is_refused(base_url: str) -> None:
    with pytest.raises(ValueError, match=r"BASE_URL must be an address|Port out of range"):
        ScriptedProvider(alias="main", base_url=base_url)


def test_an_address_with_a_password_is_refused_and_not_quoted() -> None:
    with pytest.raises(ValueError, match="BASE_URL must not hold a password") as caught:
        ScriptedProvider(alias="main", base_url="https://user:hidden@example.org/v1")

    assert "hidden" not in str(caught.value)


def test_an_error_has_the_facts_without_the_key() -> None:
    provider = ScriptedProvider(alias="main", api_key="my-long-key")
    failure = Failure(
        kind=RateLimited,
        message="my-long-key has no quota left",
        status_code=429,
        retry_after_seconds=3.5,
        retryable=False,
    )

    error = provider.error(failure, "owl-1")

    assert str(error) == "rate_limited from main for owl-1 (HTTP 429)"
    assert error.detail == "[redacted] has no quota left"
    assert error.retry_after_seconds == 3.5
    assert error.retryable is False
    assert RateLimited.retryable is True


def test_a_provider_does_not_show_its_key() -> None:
    provider = ScriptedProvider(alias="main", api_key="my-long-key")

    assert repr(provider) == str(provider) == "<ScriptedProvider 'main'>"
