"""Nothing of a hostile text is executed: not in a card, a comparison, a history or the published page.

The policy of these pages only reports, so that whatever a text could do is done, and told.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from playwright.sync_api import expect
from wagtail.models import Site

from example_site.blog.models import BlogPage
from tests.admin.runs import run_url
from tests.browser.test_screens import COLLECT, POLICY
from tests.factories import AdminFactory, BlogPageFactory, LLMActionFactory, LLMRunFactory
from tests.voyages.models import Picture, Voyage
from wagtail_llm_actions.fields.stream.marks import digest_of
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.contrib.auth.models import User
    from playwright.sync_api import Locator, Route

    from tests.browser.person import Person

    Visit = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HACK = "hacked=1"
SCRIPTS = f"<script>{HACK}</script><img src=x onerror={HACK}><svg onload={HACK}>"
PLAIN = f"""</textarea></title>'"> {SCRIPTS} <details open ontoggle={HACK}> {{{{7*7}}}}"""
RICH = (
    f"{SCRIPTS} [now](javascript:{HACK}) <iframe srcdoc='<script>parent.{HACK}</script>'></iframe>"
    f" <a href='java\tscript:{HACK}'>x</a> [x](data:text/html,<script>{HACK}</script>)"
    f' <embed embedtype="media" url="javascript:{HACK}"> <math><mtext><style><img onerror={HACK} src>'
)
HEADING_KEY = digest_of(["heading"], "h")[:6]
POST_TEXTS = {
    "title": PLAIN,
    "summary": PLAIN,
    "intro": RICH,
    "body": f"## {PLAIN}\n\n{RICH}\n\n- {PLAIN}\n- {RICH}\n\n> {PLAIN}",
    "body:quote.author#q": PLAIN,
    "body:paragraph#p": RICH,
    "tags": f'["{SCRIPTS}", "\\"><b onclick={HACK}>"]',
}
VOYAGE_TEXTS = {
    "summary": f"{SCRIPTS} {{{{7*7}}}}",
    "log:points#one": PLAIN,
    "log:*": f"[[heading {HEADING_KEY}]]\n{PLAIN}\n\n[[delete: {SCRIPTS} aaaaaa]]\n{PLAIN}\n\n"
    f"[[insert after: heading {HEADING_KEY}]]\n## {PLAIN}\n\n{RICH}\n\n- {RICH}\n\n> {PLAIN}",
    "kind": SCRIPTS,
    "website": f"javascript:{HACK}//https://tides.example/",
    "departs_at": f"27 November 2026 {SCRIPTS}",
    "miles": f"12 {SCRIPTS}",
    "is_open": f"yes {SCRIPTS}",
    "crew": f"- {SCRIPTS}",
    "tags": f"{SCRIPTS}, {HACK}",
    "gallery.caption": f"{SCRIPTS}",
}


def propose(instance: Any, source: str, texts: Mapping[str, str], user: User) -> None:
    """Leave a proposal for each destination, with every text of its run as hostile as its own."""
    model_type = ContentType.objects.get_for_model(instance)
    for key, text in texts.items():
        path, _, item_id = key.partition("#")
        if path == "gallery.caption":
            item_id = str(instance.gallery.get().pk)
        action = LLMActionFactory(
            label=f"{path} {SCRIPTS}", model_type=model_type, source=source, destination=path
        )
        LLMRunFactory(
            action=action,
            page=None,
            target_object_id=str(instance.pk),
            target_label=PLAIN,
            field_label=f"{path} {SCRIPTS}",
            item_id=item_id,
            user=user,
            succeeded=True,
            output=text,
            raw_output=text,
            removed=[{"kind": "comment", "text": text}],
            unsourced_facts=[text],
            instruction=text[:200],
            prompt=text,
            system_instructions=text,
        )


def report_only(route: Route) -> None:
    if route.request.resource_type != "document":
        route.continue_()
        return
    response = route.fetch()
    headers = {**response.headers, "content-security-policy-report-only": POLICY}
    route.fulfill(response=response, headers=headers)


def assert_nothing_is_executed(person: Person) -> None:
    page = person.page
    assert page.evaluate("window.hacked") is None, page.url
    broken = [json.dumps(each) for each in page.evaluate("violations")]
    assert [each for each in broken if re.search("hacked|javascript:|srcdoc|-attr", each)] == []


def decide_on_all(person: Person, count: int, accepted: int) -> None:
    """Look at each proposal in both of its views, and accept those that the form takes."""
    cards = person.page.get_by_role("region", name="LLM proposal for")
    expect(cards.get_by_role("button", name="Accept", exact=True)).to_have_count(count)
    for number in range(count):
        decide_on(cards.nth(number))
    # Of the others, the cards say what does not fit.
    expect(cards.get_by_text("Text accepted.")).to_have_count(accepted)
    expect(cards.get_by_text("Done", exact=True)).to_have_count(0)
    assert_nothing_is_executed(person)


def decide_on(card: Locator) -> None:
    text = card.get_by_role("button", name="New text")
    if text.is_visible():
        text.click()
    # By the keyboard: the side panel covers some, and the answers to the one before move all below it.
    card.get_by_role("button", name="Accept", exact=True).press("Enter")


def test_a_hostile_text_is_executed_nowhere(visit: Visit, showcase_site: str) -> None:
    Site.objects.update(root_page=(post := a_post()).get_parent())
    voyage = a_voyage()
    admin = AdminFactory()
    propose(post, "title", POST_TEXTS, admin)
    propose(voyage, "name", VOYAGE_TEXTS, admin)
    editor = visit(admin, showcase_site)
    editor.page.add_init_script(COLLECT)
    editor.page.route(re.compile(f"{showcase_site}/(?!static|admin/llm/runs)"), report_only)

    editor.open(reverse("wagtailadmin_pages:edit", args=[post.pk]))
    editor.page.get_by_role("button", name="Toggle generated texts").click()
    expect(editor.page.get_by_role("complementary", name="Generated texts")).to_be_visible()
    decide_on_all(editor, len(POST_TEXTS), accepted=len(POST_TEXTS))
    editor.save()
    post.refresh_from_db()
    post.get_latest_revision().publish()

    editor.open(reverse(Voyage.snippet_viewset.get_url_name("edit"), args=[voyage.pk]))
    decide_on_all(editor, len(VOYAGE_TEXTS), accepted=5)

    for address in (
        reverse("wagtailadmin_pages:edit", args=[post.pk]),
        reverse("wagtailadmin_pages:history", args=[post.pk]),
        reverse("wagtail_llm_actions:history"),
        reverse("wagtail_llm_actions:usage"),
        *(run_url(run) for run in LLMRun.objects.filter(field_path__in=["title", "body", "kind"])),
        BlogPage.objects.get(pk=post.pk).get_url(),
    ):
        editor.open(address)
        expect(editor.page.get_by_text("onerror").first).to_be_attached()
        assert_nothing_is_executed(editor)

    # It would have been seen.
    editor.page.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", SCRIPTS)
    editor.page.wait_for_function("window.hacked && violations.some(each => /-attr/.test(each))")


def a_post() -> BlogPage:
    post: BlogPage = BlogPageFactory(
        title="Tides",
        summary="Boats",
        intro="<p>My own words.</p>",
        body=[
            {"type": "quote", "id": "q", "value": {"text": "Ahoy.", "author": "A boy"}},
            {"type": "paragraph", "id": "p", "value": "<p>My own words.</p>"},
        ],
    )
    return post


def a_voyage() -> Voyage:
    voyage = Voyage(name="North")
    points = [{"type": "item", "id": "one", "value": "One"}]
    voyage.log = [
        {"type": "points", "id": "l", "value": points},
        {"type": "heading", "id": "h", "value": "Out"},
    ]
    voyage.gallery = [Picture(caption="Boats")]
    voyage.save()
    return voyage
