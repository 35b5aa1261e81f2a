"""From an alias in the settings to a provider."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.parts.fresh_python import run_python
from wagtail_llm_actions.errors import ErrorCode
from wagtail_llm_actions.provider_registry import get_provider, warm_up
from wagtail_llm_actions.providers.base import ProviderNotInstalled
from wagtail_llm_actions.providers.testing import ScriptedProvider

if TYPE_CHECKING:
    from pytest_django import Settings

SCRIPTED = "wagtail_llm_actions.providers.testing.ScriptedProvider"


def providers(**entries: Any) -> dict[str, Any]:
    return {"PROVIDERS": entries}


def test_a_provider_gets_its_settings(settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = providers(
        owls={
            "BACKEND": SCRIPTED,
            "API_KEY": "my-key",
            "BASE_URL": "http://localhost:8080/v1",
            "OPTIONS": {"pieces": 2},
        }
    )

    provider = get_provider("owls")

    assert isinstance(provider, ScriptedProvider)
    assert provider.alias == "owls"
    assert provider.base_url == "http://localhost:8080/v1"
    assert provider.options.pieces == 2


def test_a_provider_is_made_once(settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = providers(owls={"BACKEND": SCRIPTED})

    assert get_provider("owls") is get_provider("owls")


def test_changed_settings_make_a_new_one(settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = providers(owls={"BACKEND": SCRIPTED})
    before = get_provider("owls")

    settings.TIME_ZONE = "UTC"
    assert get_provider("owls") is before

    settings.WAGTAIL_LLM_ACTIONS = providers(owls={"BACKEND": SCRIPTED})
    assert get_provider("owls") is not before


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"BACKEND": "nowhere.Provider"}, r"\['owls'\] names no provider: .*nowhere"),
        ({"BACKEND": "decimal.Decimal"}, r"\['owls'\]: decimal.Decimal is not a subclass"),
        ({"BACKEND": "math.pi"}, r"\['owls'\]: math.pi is not a subclass"),
        ({"BACKEND": SCRIPTED, "OPTIONS": {"piece": 1}}, r"\['owls'\]: .*'piece'"),
        ({"BACKEND": SCRIPTED, "BASE_URL": "nowhere"}, r"\['owls'\]: BASE_URL must be"),
    ],
)
def test_a_wrong_entry_is_a_mistake_in_the_settings(
    settings: Settings, entry: dict[str, Any], message: str
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = providers(owls=entry)

    with pytest.raises(ImproperlyConfigured, match=message):
        get_provider("owls")


def test_an_unknown_alias_is_a_mistake_in_the_settings() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"\['PROVIDERS'\]\['crows'\] names no provider"):
        get_provider("crows")


class Recorder(ScriptedProvider):
    warmed: list[str] = []

    def warm_up(self) -> None:
        self.warmed.append(self.alias)


class NotInstalled(ScriptedProvider):
    def warm_up(self) -> None:
        raise ProviderNotInstalled(
            provider=self.alias,
            requirement="wagtail-llm-actions[owls]",
            reason=ImportError("No owls"),
        )


def test_warming_up_goes_on_after_a_missing_sdk(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = providers(
        crows={"BACKEND": f"{__name__}.NotInstalled"}, owls={"BACKEND": f"{__name__}.Recorder"}
    )

    warm_up()

    assert Recorder.warmed == ["owls"]
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert 'pip install "wagtail-llm-actions[owls]"' in record.getMessage()


def test_a_missing_sdk_is_for_the_editor_an_unavailable_model() -> None:
    error = ProviderNotInstalled(
        provider="owls", requirement="wagtail-llm-actions[owls]", reason=ImportError("No owls")
    )

    assert error.code is ErrorCode.MODEL_UNAVAILABLE
    assert not error.retryable


@pytest.mark.processes
def test_openais_calls_are_not_disturbed_by_the_first_import_of_ollamas_library() -> None:
    printed = run_python("""
        import sys
        from wagtail_llm_actions.providers.openai import OpenAIProvider

        OpenAIProvider(alias="main", base_url="http://localhost").warm_up()
        print("httpx" in sys.modules)
    """)

    assert printed.strip() == "True"
