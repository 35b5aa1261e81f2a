"""An admin chooses each alias of the guide and sees what it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import AdminFactory, LLMActionFactory
from tests.parts.web import WebProcess
from wagtail_llm_actions.conf.providers import ANTHROPIC_BACKEND, OLLAMA_BACKEND, OPENAI_BACKEND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.person import Person

    Visit = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BACKENDS = {"openai": OPENAI_BACKEND, "anthropic": ANTHROPIC_BACKEND, "ollama": OLLAMA_BACKEND}


@pytest.fixture
def vendors_site(transactional_db: None) -> Iterator[str]:
    """A site with all vendors configured; nothing is called."""
    providers: dict[str, Any] = {
        alias: {"BACKEND": backend, "API_KEY": "sk-none"} for alias, backend in BACKENDS.items()
    }
    with WebProcess({"WAGTAIL_LLM_ACTIONS": {"PROVIDERS": providers}}) as web:
        web.wait_until_ready()
        yield f"http://{web.address}"


def test_each_alias_says_what_it_takes(visit: Visit, vendors_site: str) -> None:
    llm_action = LLMActionFactory(model="mistral", temperature=0.4)
    admin = visit(AdminFactory(), vendors_site)
    admin.open(reverse("wagtail_llm_actions_actions:edit", args=[llm_action.pk]))
    model, temperature = admin.control("model"), admin.control("temperature")
    note = admin.page.locator

    for label, advice, tokens in (
        ("GPT-3.5 Turbo", "Fast, good for most tasks.", ""),
        ("GPT-4", "Most capable, best for complex tasks.", "4,000 more tokens are allowed"),
        ("Claude-3", "High quality, good for long content.", "4,000 more tokens are allowed"),
    ):
        model.select_option(label=label)
        expect(note("[data-llm-actions-help-text=model]")).to_contain_text(advice)
        expect(note("[data-llm-actions-help-text=model]")).to_contain_text("was shut down on")
        expect(note("[data-llm-actions-help-text=temperature]")).to_have_text(
            f"{label} accepts no temperature, so none is sent."
        )
        expect(note("[data-llm-actions-help-text=max_tokens]")).to_contain_text(tokens)
        expect(temperature).to_have_js_property("readOnly", True)
    model.select_option(label="Mistral")
    expect(note("[data-llm-actions-help-text=model]")).to_have_text(
        "Local model, good for basic tasks. It runs on your own machine and costs nothing."
    )
    expect(temperature).to_be_editable()

    model.select_option(label="GPT-4")
    admin.save()
    llm_action.refresh_from_db()
    assert (llm_action.model, llm_action.temperature) == ("gpt-4", 0.4)
