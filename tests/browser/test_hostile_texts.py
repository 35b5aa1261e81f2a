"""Nothing of a hostile text is executed: not in a card, a comparison, a history or the published page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from wagtail.models import Site

from tests.admin.runs import run_url
from tests.factories import AdminFactory, BlogPageFactory, LLMActionFactory
from tests.parts.waiting import eventually
from wagtail_llm_actions.bulk.start import build_chunks, new_key, objects_of, save_and_enqueue
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.person import Person

    Visit = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HACK = "window.hacked=1"
PAYLOADS = {
    "title": f'<script>{HACK}</script><img src=x onerror={HACK}> "><svg onload={HACK}> {{{{7*7}}}}',
    "summary": f"</textarea><script>{HACK}</script> '\"><img src=x onerror={HACK}> <details open ontoggle={HACK}>",
    "intro": (
        f"<img src=x onerror={HACK}> [now](javascript:{HACK}) <iframe srcdoc='<script>parent.{HACK}"
        f"</script>'></iframe> <svg><script>{HACK}</script></svg> [x](data:text/html,<script>{HACK}</script>)"
    ),
}


def test_a_hostile_text_is_executed_nowhere(visit: Visit, kept_queue: object) -> None:
    page = BlogPageFactory(title="Tides", summary="Boats", intro="<p>My own words.</p>")
    Site.objects.update(root_page=page.get_parent())
    for path, text in PAYLOADS.items():
        llm_action = LLMActionFactory(source="summary", destination=path)
        (chunk,) = build_chunks(llm_action, objects_of(llm_action), key=new_key())
        save_and_enqueue(llm_action, chunk)
        LLMRun.objects.filter(action=llm_action).update(
            status=LLMRun.Status.SUCCEEDED,
            output=text,
            raw_output=text,
            removed=[{"kind": "comment", "text": text}],
            finish_reason="stop",
        )
    editor = visit(AdminFactory())
    editor.open(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    for label in ("Title", "Summary", "Introduction"):
        field = editor.field(label)
        expect(field.button("Accept")).to_be_visible()
        field.press("New text")
        field.press("Accept")
    accepted = LLMRun.objects.filter(decision=LLMRun.Decision.ACCEPTED)
    eventually(lambda: accepted.count() == len(PAYLOADS))
    assert editor.page.evaluate("window.hacked") is None
    editor.save()
    page.refresh_from_db()
    page.get_latest_revision().publish()

    addresses = [
        reverse("wagtailadmin_pages:edit", args=[page.pk]),
        reverse("wagtailadmin_pages:history", args=[page.pk]),
        *map(run_url, LLMRun.objects.all()),
        page.get_url(),
    ]
    for address in addresses:
        editor.open(address)
        expect(editor.page.get_by_text("onerror").first).to_be_attached()
        assert editor.page.evaluate("window.hacked") is None, address
