"""A site's own kind of field: the example of docs/extending/field.md, on a page form."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from example_site.blog.models import BlogPage
from tests.factories import AdminFactory, BlogPageFactory, EditorFactory, LLMActionFactory
from tests.parts.waiting import eventually
from tests.parts.web import WebProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator

    from tests.browser.person import Person

    Visit = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "extending" / "field.md"
LOW_TIDE = '"low tide"'
"""Wagtail's widget shows a name of several words in quotation marks."""
SCRIPTED = "wagtail_llm_actions.providers.testing.ScriptedProvider"


def write_example(folder: Path) -> None:
    """Write the files of the example, each named in the sentence before its code."""
    page = DOCUMENTATION.read_text()
    files = re.findall(
        r"`(myapp/[\w/.]+)`[^`]*\n\n```\w+\n(.*?)^```", page, re.DOTALL | re.MULTILINE
    )
    assert len(files) == 3
    # In place of INSTALLED_APPS: the processes of the tests are forked after Django's start.
    start = "import myapp, myapp.apps\nmyapp.apps.MyAppConfig('myapp', myapp).ready()\n"
    urls = f"{start}from tests.urls import urlpatterns\n"
    for name, code in [*files, ("myapp/__init__.py", ""), ("myapp/urls.py", urls)]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)


@pytest.fixture(scope="module")
def tags_site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site with the example's app, whose model suggests tags."""
    folder = tmp_path_factory.mktemp("site")
    write_example(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        site_settings = {
            "ROOT_URLCONF": "myapp.urls",
            "STATICFILES_DIRS": [str(folder / "myapp" / "static")],
            "WAGTAIL_LLM_ACTIONS": {
                "PROVIDERS": {
                    "test": {
                        "BACKEND": SCRIPTED,
                        # Wagtail takes what a form holds 2 s after it was opened for unchanged.
                        "OPTIONS": {"script": [4.0, "harbour,  low", " tide,harbour"]},
                    }
                },
                "MODELS": {"scripted": {"PROVIDER": "test", "NAME": "scripted"}},
            },
        }
        with WebProcess(site_settings) as web:
            web.wait_until_ready()
            yield f"http://{web.address}"


def visible_tags(person: Person) -> Locator:
    return person.page.locator("[data-contentpath=tags] .tagit-label")


def saved_tags(page: BlogPage) -> set[str]:
    draft = BlogPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    return {tag.name for tag in draft.tags.all()}


@pytest.mark.wagtail_forms
def test_accepted_tags_are_seen_and_saved_and_can_be_taken_back(
    visit: Visit, tags_site: str
) -> None:
    page = BlogPageFactory()
    page.tags.add("fog", "swell")
    page.save_revision()
    LLMActionFactory(source="title", destination="tags")
    editor = visit(EditorFactory(), tags_site)
    editor.open(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    tags = editor.field("Tags")

    tags.generate.click()
    assert tags.wait_for_proposal() == "harbour, low tide"
    expect(visible_tags(editor)).to_have_text(["fog", "swell"])
    tags.press("Accept")

    expect(visible_tags(editor)).to_have_text(["harbour", LOW_TIDE])
    eventually(lambda: saved_tags(page) == {"harbour", "low tide"})
    # Until the form has read the answer of the save, a further change is not saved.
    indicator = editor.page.locator("#w-autosave-indicator")
    expect(indicator).to_have_attribute("data-w-autosave-state-value", "saved")
    tags.press("Undo")
    expect(visible_tags(editor)).to_have_text(["fog", "swell"])
    eventually(lambda: saved_tags(page) == {"fog", "swell"})


def test_tags_are_appended_to_those_that_the_page_has(visit: Visit, tags_site: str) -> None:
    page = BlogPageFactory()
    page.tags.add("fog")
    page.save_revision()
    LLMActionFactory(source="title", destination="tags", write_mode="append")
    editor = visit(EditorFactory(), tags_site)
    editor.open(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    tags = editor.field("Tags")

    tags.generate.click()
    tags.wait_for_proposal()
    tags.press("Accept")
    expect(visible_tags(editor)).to_have_text(["fog", "harbour", LOW_TIDE])
    visible_tags(editor).first.locator("xpath=..").locator("a").click()

    expect(visible_tags(editor)).to_have_text(["harbour", LOW_TIDE])
    # Undo would now take away more than the accepted tags.
    expect(tags.card).to_be_hidden()


def test_site_admins_find_the_kind_in_the_form_of_an_action(visit: Visit, tags_site: str) -> None:
    admin = visit(AdminFactory(), tags_site)
    admin.open(reverse("wagtail_llm_actions_actions:add"))

    admin.control("model_type").select_option(label="Blog page (page)")

    for name in ("destination", "source"):
        expect(admin.control(name).locator("option", has_text="Tags")).to_have_count(1)
