"""From an empty site to a saved page: an admin defines, an editor generates, history knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import AdminFactory, BlogPageFactory, EditorFactory
from wagtail_llm_actions.models import LLMAction, LLMRun

if TYPE_CHECKING:
    from collections.abc import Callable

    from example_site.blog.models import BlogPage
    from tests.browser.person import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# A real model on a busy machine writes a few tokens a second.
MODEL_MS = 240_000

# Notes the length of the text each time it grows.
WATCH = """textarea => {
    window.lengths = [];
    const look = () => {
        const length = textarea.value.length;
        if (textarea.readOnly && length && length !== window.lengths.at(-1)) {
            window.lengths.push(length);
        }
        requestAnimationFrame(look);
    };
    look();
}"""


def create_template(admin: Person) -> None:
    admin.open(reverse("wagtail_llm_actions_prompt_templates:add"))
    admin.control("name").fill("Summary")
    admin.control("text").fill("Write a poem with twenty lines about this:\n{{ input }}")
    admin.save()


def create_action(admin: Person) -> None:
    admin.open(reverse("wagtail_llm_actions_actions:add"))
    admin.control("label").fill("Summarise the introduction")
    admin.control("model_type").select_option(label="Blog page (page)")
    admin.control("destination").select_option(label="Summary")
    admin.control("source").select_option(label="Introduction")
    admin.control("prompt_template").select_option(label="Summary")
    admin.control("model").select_option(label="SmolLM2")
    expect(admin.control("temperature")).to_have_value("0.7")
    expect(admin.control("max_tokens")).to_have_value("1000")
    # The same answer each time, and one that fits the field: shortening it is for other tests.
    admin.control("temperature").fill("0")
    admin.control("max_tokens").fill("60")
    try_out(admin)
    admin.save()
    row = admin.page.get_by_role("row", name="Summarise the introduction")
    expect(row.get_by_role("link", name="Test: Summarise the introduction")).to_be_visible()


def try_out(admin: Person) -> None:
    """Test the action before it is saved."""
    admin.control("test_input").fill("The tide came in early, and nobody had told the boats.")
    panel = admin.page.locator("#llm-actions-playground")
    panel.get_by_role("button", name="Test", exact=True).click()
    expect(panel.get_by_role("status")).to_contain_text("Done", timeout=MODEL_MS)
    assert not LLMAction.objects.exists(), "a test saves nothing"


def generate_summary(editor: Person, post: BlogPage) -> tuple[str, str, list[int]]:
    """Return the proposal, what was made of it, and how long the text was as it grew."""
    editor.open(reverse("wagtailadmin_pages:edit", args=[post.pk]))
    summary = editor.field("Summary")
    expect(summary.generate).to_be_visible()
    summary.textarea.evaluate(WATCH)
    summary.generate.click()
    proposed = summary.wait_for_proposal(MODEL_MS)
    lengths: list[int] = editor.page.evaluate("window.lengths")
    edited = " ".join(["Edited:", *proposed.split()])[:200].strip()
    summary.proposal.fill(edited)
    summary.press("Accept")
    expect(editor.control("summary")).to_have_value(edited)
    editor.save()
    return proposed, edited, lengths


def look_back(admin: Person, run: LLMRun) -> None:
    admin.open(reverse("wagtail_llm_actions:history"))
    row = admin.page.get_by_role("row", name="Summarise the introduction").first
    expect(row).to_contain_text("Succeeded")
    expect(row).to_contain_text(f"{run.input_tokens} + {run.output_tokens}")
    row.get_by_role("link", name="Summarise the introduction").click()
    expect(admin.page.get_by_text("Accepted after editing")).to_be_visible()
    expect(admin.page.get_by_text("Write a poem with twenty lines")).to_be_visible()


@pytest.mark.parametrize("site", ["queue_site", "thread_site"])
def test_an_admin_defines_an_action_and_an_editor_fills_a_page_with_it(
    request: pytest.FixtureRequest, visit: Callable[..., Person], site: str
) -> None:
    address = request.getfixturevalue(site)
    post, user = BlogPageFactory(summary=""), EditorFactory()
    admin, editor = visit(AdminFactory(), address), visit(user, address)

    create_template(admin)
    create_action(admin)
    proposed, edited, lengths = generate_summary(editor, post)

    assert len(lengths) > 1, "the text arrives in pieces"
    assert lengths == sorted(lengths)
    assert lengths[0] < len(proposed), "a part of the text is shown before the whole"
    post.refresh_from_db()
    assert post.get_latest_revision_as_object().summary == edited
    run = LLMRun.objects.get(trigger="editor")
    assert run.action == LLMAction.objects.get()
    assert (run.user, run.status, run.decision) == (user, "succeeded", "edited")
    assert run.output == proposed
    assert run.input_tokens
    assert run.output_tokens
    look_back(admin, run)
