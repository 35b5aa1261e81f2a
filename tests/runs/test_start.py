"""Starting a run: what is read and recorded."""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.utils import translation

from example_site.blog.models import Author, BlogPage
from tests.factories import (
    AuthorFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    NoticeFactory,
    PromptTemplateFactory,
)
from tests.notices.models import Notice
from tests.runs.starting import start_run
from wagtail_llm_actions.models import LLMAction, LLMRun
from wagtail_llm_actions.runs.request.prompt import MATERIAL

if TYPE_CHECKING:
    from django.db.models import Model
    from pytest_django import Settings


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_queue")]

INTRO = "The tide came in **early** that day.\n\nNobody had told the boats."


def author_action(**values: Any) -> LLMAction:
    model_type = ContentType.objects.get_for_model(Author)
    fields = {"destination": "tagline", "source": "bio"}
    llm_action: LLMAction = LLMActionFactory.create(model_type=model_type, **fields | values)
    return llm_action


def prompt_of(text: str, instance: Model, **values: Any) -> str:
    template = PromptTemplateFactory(text=text)
    if isinstance(instance, BlogPage):
        llm_action = LLMActionFactory(prompt_template=template, **values)
    else:
        llm_action = author_action(prompt_template=template, **values)
    return start_run(llm_action, instance).prompt.replace("\r\n", "\n")


def test_a_run_keeps_everything_that_it_takes_to_repeat_it() -> None:
    template = PromptTemplateFactory(
        text="Shorten: {{ input }}", system_instructions="You edit {{ post_title }}."
    )
    revision = template.save_revision()
    llm_action = LLMActionFactory(
        label="Summary from introduction",
        prompt_template=template,
        temperature=0.2,
        max_tokens=50,
    )
    page, user, request_id = BlogPageFactory(title="Tides"), EditorFactory(), uuid.uuid4()

    started = start_run(llm_action, page, user=user, client_request_id=request_id)

    run = LLMRun.objects.get()
    assert run == started
    assert (run.action, run.action_label) == (llm_action, "Summary from introduction")
    assert run.prompt_template_revision == revision
    assert (run.target, run.target_label) == (page, "Tides")
    assert (run.source_path, run.field_path, run.field_label) == ("intro", "summary", "Summary")
    assert (run.user, run.client_request_id, run.form_key) == (user, request_id, "")
    assert (run.trigger, run.status, run.decision) == ("editor", "queued", "none")
    assert run.system_instructions == (
        "You edit <post_title>Tides</post_title>.\n\n"
        "Answer with plain text, at most 300 characters, only the text itself. "
        f"About this field: One or two sentences for cards and feeds.\n\n{MATERIAL}"
    )
    assert run.prompt == f"Shorten: <input>{INTRO}</input>"
    assert run.source_hash == hashlib.sha256(INTRO.encode()).hexdigest()
    assert (run.model_key, run.provider_name, run.request_model) == ("scripted", "test", "scripted")
    assert (run.temperature, run.max_tokens) == (0.2, 50)
    assert run.language_code == "en"
    assert (run.error_code, run.output, run.started_at, run.finished_at) == ("", "", None, None)


def test_a_run_stays_as_it_was_when_its_action_and_template_change() -> None:
    llm_action = LLMActionFactory(label="Old")
    run = start_run(llm_action, BlogPageFactory())

    llm_action.prompt_template.text = "New"
    llm_action.prompt_template.save()
    llm_action.delete()

    run.refresh_from_db()
    assert (run.action, run.action_label) == (None, "Old")
    assert run.prompt == f"Summarise: <input>{INTRO}</input>"


def test_the_source_is_what_the_form_holds_and_not_what_is_saved() -> None:
    page = BlogPageFactory()
    page.intro = "<p>Typed just now.</p>"

    run = start_run(LLMActionFactory(), page)

    assert run.prompt == "Summarise: <input>Typed just now.</input>"
    page.refresh_from_db()
    assert "tide" in page.intro


def test_a_field_may_be_its_own_source() -> None:
    page = BlogPageFactory(summary="Teh tide.")

    run = start_run(LLMActionFactory(source="summary"), page)

    assert (run.prompt, run.field_path) == (
        "Summarise: <input>Teh tide.</input>",
        "summary",
    )


def test_a_run_on_an_unsaved_object_is_known_by_its_form() -> None:
    run = start_run(author_action(), Author(name="Ines", bio="Writes."), form_key="form-1")

    assert (run.target_object_id, run.target, run.form_key) == (None, None, "form-1")
    assert run.target_label == "Ines"


def test_the_title_of_a_snippet_is_its_name() -> None:
    assert prompt_of("{{ post_title }}", AuthorFactory(name="Ines")) == (
        "<post_title>Ines</post_title>"
    )


@pytest.mark.parametrize(
    ("values", "configured", "summary"),
    [
        ({"summary": "Short."}, {}, "Short."),
        ({"summary": "", "search_description": "Found."}, {}, ""),
        ({"subtitle": "Under."}, {"blog.BlogPage": "subtitle"}, "Under."),
        ({"summary": "Short."}, {"blog.BlogPage": "intro"}, INTRO),
        ({"summary": "Short."}, {"blog.BlogPage": "missing"}, ""),
        ({"summary": "Short."}, {"blog.Author": "bio"}, "Short."),
    ],
)
def test_the_summary_is_the_first_field_that_exists_or_the_configured_one(
    settings: Settings, values: dict[str, str], configured: dict[str, str], summary: str
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "POST_SUMMARY_FIELDS": configured
    }

    prompt = prompt_of("[{{ post_summary }}]", BlogPageFactory(**values))

    assert prompt == (f"[<post_summary>{summary}</post_summary>]" if summary else "[]")


def test_what_has_no_summary_gives_an_empty_one() -> None:
    assert prompt_of("[{{ post_summary }}]", AuthorFactory()) == "[]"


def test_the_language_is_that_of_the_object() -> None:
    model_type = ContentType.objects.get_for_model(Notice)
    llm_action = LLMActionFactory(model_type=model_type, destination="text", source="headline")
    notice = NoticeFactory()
    notice.locale.language_code = "fr"

    assert start_run(llm_action, notice).language_code == "fr"


def test_the_language_is_that_of_the_site_where_the_object_has_none() -> None:
    with translation.override("de"):
        run = start_run(author_action(), AuthorFactory())

    assert run.language_code == "en"
