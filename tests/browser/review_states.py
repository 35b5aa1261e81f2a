"""Edit forms on which every state of a review is shown at once."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.showcase import SUMMARY
from tests.factories import AuthorFactory, BlogPageFactory, LLMActionFactory, LLMRunFactory
from tests.images.conftest import alt_text_action
from tests.images.files import create_image
from tests.voyages.models import Cargo, Charter
from wagtail_llm_actions.fields.stream.marks import digest_of
from wagtail_llm_actions.models import LLMAction, LLMRun

if TYPE_CHECKING:
    from django.db import models

    from example_site.blog.models import BlogPage
    from tests.browser.person import Person
    from tests.browser.showcase import Showcase

OWN_PARTS = ".llm-actions, .llm-actions-card, .llm-actions-previous, .llm-actions-side-panel"
BODY: list[tuple[str, Any]] = [
    ("heading", "The early tide"),
    ("quote", {"text": "The sea is never late.", "author": "Harbour master"}),
]
TOO_LONG = "The tide came in 1987. " + "Dr Weiss knew it all along, and said so. " * 8
RICH_TEXT = (
    "The tide came in **very early**, said Dr *Weiss* in 1987.\n\nNobody had told the boats."
)
VALUES = {
    "kind": "day",
    "rig": "Ketch",
    "is_open": "Yes",
    "seats": "12",
    "departs_at": "27 November 2026 18:30",
    "crew": "- Ada\n- Ben",
    "tags": '["Low tide", "fog"]',
    "cargo": "grain",
}


def post_under_review(showcase: Showcase) -> BlogPage:
    """Return a post with a text that is being written, and with a proposal in each form."""
    post: BlogPage = BlogPageFactory(
        parent=showcase.post.get_parent(), intro=showcase.post.intro, summary=SUMMARY, body=BODY
    )
    heading, quote = (block.id for block in post.body)

    def propose(destination: str, source: str, output: str, **values: Any) -> None:
        action = LLMActionFactory(destination=destination, source=source, model="swift")
        run = {"action": action, "page": post, "user": showcase.admin, "model_key": "swift"}
        LLMRunFactory(**{**run, "succeeded": True, "output": output, **values})

    lease = {"lease_token": uuid.uuid4(), "lease_expires_at": timezone.now() + timedelta(hours=1)}
    propose("title", "summary", "", succeeded=False, status="running", **lease)
    candidates = {"candidate_group": uuid.uuid4()}  # Which is the id of the first one.
    facts = ["1987", "Dr Weiss"]
    propose(
        "summary",
        "intro",
        TOO_LONG,
        unsourced_facts=facts,
        id=candidates["candidate_group"],
        **candidates,
    )
    propose("summary", "intro", "The tide came.", **candidates)
    propose("intro", "intro", RICH_TEXT, unsourced_facts=facts)
    propose("body:heading", "body:heading", "The tide that nobody saw", item_id=heading)
    propose("body:quote.text", "body:quote", "The sea is late.", item_id=quote)
    propose("body", "intro", '{"blocks": [{"type": "heading", "value": "New"}]}')
    propose("body:*", "body", block_changes(heading, quote))
    propose("tags", "intro", '["harbour", "sea"]')
    LLMActionFactory(destination="body:quote.author", source="body:quote", model="swift")
    return post


def block_changes(heading: str, quote: str) -> str:
    """Return an answer that deletes, rewrites and inserts blocks, and what is refused."""
    title, text = (
        digest_of(names, key)[:6]
        for names, key in ((["heading"], heading), (["quote", "text"], quote))
    )
    return (
        f"[[delete: heading {title}]]\n\n[[quote.text {text}]]\nThe sea was never late.\n\n"
        f"[[insert after: quote.text {text}]]\n## Low tide\n\nThe boats lay *dry*.\n\n"
        "[[delete: heading aaaaaa]]"
    )


def open_review(person: Person, showcase: Showcase) -> None:
    """Show a text that is written, refused, proposed in each form, and accepted."""
    page, post = person.page, post_under_review(showcase)
    person.open(reverse("wagtailadmin_pages:edit", args=[post.pk]))
    # By what no language changes: the form is looked at from right to left as well.
    subtitle, quote_text, quote_author, intro = (
        page.locator(f"[data-contentpath={path}]")
        for path in (
            "subtitle",
            "body] [data-contentpath=text",
            "body] [data-contentpath=author",
            "intro",
        )
    )
    expect(page.locator("[data-command=cancel]:visible")).to_have_count(1)
    # Its model has no price, and the site has a budget.
    subtitle.locator("[data-part=generate]").click()
    expect(subtitle.locator("[data-part=error]")).to_be_visible()
    quote_text.locator("[data-command=accept]").click()
    expect(quote_text.locator("[data-command=undo]")).to_be_visible()
    quote_author.locator(".llm-actions__secondary", has=page.locator("[href='#icon-edit']")).click()
    quote_author.locator("[data-part=request-toggle]").click()
    expect(quote_author.locator("[data-part=prompt]")).to_contain_text("Summarise")
    # Of summary, introduction, heading and tags, of new blocks, and of changes of blocks.
    expect(page.locator("[data-command=accept]:visible")).to_have_count(6)
    expect(page.locator(".llm-actions-card__change--block strong").first).to_be_visible()
    expect(intro.locator("[data-part=facts]")).to_contain_text("1987 · Dr Weiss")


def open_unchanged(person: Person, showcase: Showcase) -> None:
    """Show that a model found nothing to change."""
    field = {"source": "intro", "destination": "intro"}
    LLMAction.objects.filter(**field).update(is_active=False)
    LLMActionFactory(label="Proofread", model="heron", **field)
    person.open(reverse("wagtailadmin_pages:edit", args=[showcase.post.pk]))
    intro = person.page.locator("[data-contentpath=intro]")
    intro.locator("[data-part=generate]").click()
    expect(intro.locator("[data-part=status]")).to_have_text("Heron found nothing to change.")


def open_filling(person: Person, showcase: Showcase) -> None:
    """Show the overview of Fill empty fields, with a text, and with a field that has to wait."""
    # Neither three candidates at once nor a model without a price: a limit would stop them.
    filled = {"summary": SUMMARY, "subtitle": "Nobody had told the boats"}
    post = BlogPageFactory(parent=showcase.post.get_parent(), intro=showcase.post.intro, **filled)
    LLMActionFactory(destination="search_description", source="tags", model="swift")
    # Else they count for the limit of runs at once.
    LLMRun.objects.unfinished().update(status=LLMRun.Status.CANCELLED)
    person.open(reverse("wagtailadmin_pages:edit", args=[post.pk]))
    person.page.get_by_role("button", name="Toggle generated texts").click()
    panel = person.page.get_by_role("complementary", name="Generated texts")
    panel.get_by_role("button", name="Fill empty fields").click()
    expect(panel.get_by_role("button", name=re.compile("^Accept: "))).not_to_have_count(0)


def open_values(person: Person, showcase: Showcase) -> None:
    """Show proposals for each kind of value."""
    Cargo.objects.create(name="Grain", slug="grain")
    _ada, _ben, cleo = (AuthorFactory(name=name) for name in ("Ada", "Ben", "Cleo"))
    charter = Charter(name="Morning tide", kind="long", rig=1)
    charter.crew = [cleo]
    charter.tags.add("sea")
    charter.save()
    for name, output in VALUES.items():
        values = {"source": "name", "destination": name, "model": "swift"}
        content_type = ContentType.objects.get_for_model(Charter)
        action = LLMActionFactory(model_type=content_type, **values)
        _propose_on(charter, action, showcase, output)
    person.open(reverse(Charter.snippet_viewset.get_url_name("edit"), args=[charter.pk]))
    expect(person.page.get_by_role("button", name="Accept", exact=True)).to_have_count(len(VALUES))


def open_image(person: Person, showcase: Showcase) -> None:
    """Show the form of an image with a proposed alternative text."""
    image = create_image()
    action = alt_text_action(model="swift")
    _propose_on(image, action, showcase, "Two boats on the sand.", image={"path": "file"})
    person.open(reverse("wagtailimages:edit", args=[image.pk]))
    person.field("Description").wait_for_proposal()


def _propose_on(
    instance: models.Model, action: LLMAction, showcase: Showcase, output: str, **values: Any
) -> None:
    LLMRunFactory(
        action=action,
        target_object_id=str(instance.pk),
        user=showcase.admin,
        model_key="swift",
        succeeded=True,
        output=output,
        **values,
    )


STATES = {
    "review": open_review,
    "unchanged": open_unchanged,
    "filling": open_filling,
    "values": open_values,
    "image form": open_image,
}
