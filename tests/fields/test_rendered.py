"""The rendered page as a source: what the preview shows, without what the site has around it."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse

from example_site.blog.models import BlogPage
from tests.factories import AuthorFactory, BlogPageFactory, LLMActionFactory
from wagtail_llm_actions.configuration.warnings import configuration_warnings
from wagtail_llm_actions.errors import InvalidInput
from wagtail_llm_actions.fields import RENDERED, is_source, label, read
from wagtail_llm_actions.fields.sources.rendered import MAX_HTML_CHARS, content_of
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.request.build_run import build_run

HTML = """<!doctype html><html><head><title>Site</title><style>p {}</style></head><body>
<nav><a href="/">Home</a></nav><header><a href="/">The site</a></header>
<main class="a b c"><header><h1>Early tide</h1></header><script>track()</script>
<p class="lead">The boats lay <strong>dry</strong>.</p><ul><li>Boats</li><li>Nets</li></ul>
<aside>Newsletter</aside><form><input name="q"></form></main>
<footer>Imprint</footer></body></html>"""


def test_the_main_part_of_a_document_is_markdown_without_what_is_around_it() -> None:
    assert content_of(HTML) == "# Early tide\n\nThe boats lay **dry**.\n\n- Boats\n- Nets"


def test_a_summary_is_a_line_of_its_own() -> None:
    html = "<main><details><summary>When?</summary>At noon.</details></main>"

    assert content_of(html) == "When?\n\nAt noon."


def test_a_document_without_a_main_part_is_read_as_a_whole() -> None:
    assert content_of("<body><p>Boats.</p><footer>Imprint</footer></body>") == "Boats."
    assert content_of("<p>Boats.</p>") == "Boats."


@pytest.mark.parametrize(
    "html", ["<p>Boats.</p>" * MAX_HTML_CHARS, "<main>" + "<div>" * 20_000 + "</main>"]
)
def test_a_document_that_is_too_much_work_is_not_read(html: str) -> None:
    with pytest.raises(LookupError):
        content_of(html)


@pytest.mark.django_db
def test_the_page_is_rendered_with_what_its_form_holds() -> None:
    page = BlogPageFactory(title="Tides", intro="<p>Saved.</p>")
    page.title, page.intro = "Early tide", "<p>Not saved yet.</p>"

    text = read(page, RENDERED, {"title"})

    assert "Early tide" in text
    assert "Not saved yet." in text
    assert "<" not in text


@pytest.mark.django_db
def test_a_run_reads_it_and_is_shown_to_those_who_see_the_fields_of_the_form() -> None:
    page = BlogPageFactory(intro="<p>The boats lay dry.</p>")
    llm_action = LLMActionFactory(source=RENDERED)

    run, error = build_run(
        llm_action, page, trigger=LLMRun.Trigger.EDITOR, form_fields={"title", "intro"}
    )

    assert error is None
    assert "The boats lay dry." in run.prompt
    assert run.read_fields == ["intro", "title"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "answer",
    [
        None,
        HttpResponseRedirect("/login/"),
        JsonResponse({}),
        HttpResponse("<p>Gone</p>", status=404),
    ],
)
def test_a_preview_that_fails_is_a_source_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    page = BlogPageFactory(intro="<p>Boats.</p>")

    def serve_preview(_request: Any, _mode_name: str) -> Any:
        if answer is None:
            raise RuntimeError
        return answer

    monkeypatch.setattr(page, "serve_preview", serve_preview)

    _run, error = build_run(LLMActionFactory(source=RENDERED), page, trigger=LLMRun.Trigger.EDITOR)

    assert error is not None
    assert error.reason == InvalidInput.Reason.UNREADABLE_SOURCE
    assert error.detail == "The rendered page"


def test_only_what_has_a_preview_can_be_rendered() -> None:
    assert is_source(BlogPage, RENDERED)
    assert label(BlogPage, RENDERED) == "The rendered page"
    assert not is_source(type(AuthorFactory.build()), RENDERED)


@pytest.mark.django_db
def test_saving_an_action_renders_no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    page, rendered = BlogPageFactory(), []
    monkeypatch.setattr(type(page), "serve_preview", lambda *_args: rendered.append(page))

    configuration_warnings(LLMActionFactory(source=RENDERED))

    assert rendered == []
