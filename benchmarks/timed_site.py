"""One site of ``edit_form``: for each line that it reads, the processor time of a request.

``python -m benchmarks.timed_site`` makes an SQLite database with one post, and prints a line of JSON when
it is ready. It runs as well without the package among the apps, so that nothing here may import it.
"""

from __future__ import annotations

import gc
import json
import sys
import time
import uuid
from typing import TYPE_CHECKING, Any

import django
from django.apps import apps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ACTIONS = 10
BLOCKS = 20
WARM_UP = 5


def main() -> None:
    """Answer until the input ends."""
    django.setup()
    from django.db import connection  # noqa: PLC0415 - Django is set up by now

    first_name = str(connection.settings_dict["NAME"])
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        requests = _requests()
        print(json.dumps(_queries(requests)), flush=True)
        for line in sys.stdin:
            # What an earlier request has left is not cleared away in the time of this one.
            gc.collect()
            print(json.dumps(requests[line.strip()]()), flush=True)
    finally:
        connection.creation.destroy_test_db(first_name, verbosity=0)


def _requests() -> Mapping[str, Callable[[], float]]:
    """Return what can be asked for: by its name what sends it, and returns seconds of the processor."""
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    from tests.editor.forms import page_edit, post_of, posted_stream  # noqa: PLC0415

    page = post()
    client = Client()
    client.force_login(User.objects.create(username="admin", is_superuser=True, is_staff=True))
    form = page_edit(page)
    data = post_of(client, form) | posted_stream(page.body, "body")
    preview = reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk])

    def opened() -> float:
        return _seconds(lambda: client.get(form), 200)

    def previewed() -> float:
        return _seconds(lambda: client.post(preview, data), 200)

    asked = {"form": opened, "preview": previewed}
    if apps.is_installed("wagtail_llm_actions"):
        asked.update(_own_requests(client, form, data))
    return asked


def _own_requests(
    client: Any, form: str, data: Mapping[str, str]
) -> Mapping[str, Callable[[], float]]:
    from django.urls import reverse  # noqa: PLC0415

    from tests.factories import LLMActionFactory  # noqa: PLC0415
    from wagtail_llm_actions.admin.form_resolver import EditorForm  # noqa: PLC0415

    actions = LLMActionFactory.create_batch(ACTIONS)
    offers, start = (reverse(f"wagtail_llm_actions:{name}") for name in ("offers", "start_run"))
    widget = {"llm-actions-action": actions[0].pk, "llm-actions-form-action": form}
    bound_at = []
    bind = EditorForm.bind

    def timed_bind(self: EditorForm, request: Any) -> Any:
        shown = bind(self, request)
        bound_at.append(time.process_time())
        return shown

    EditorForm.bind = timed_bind  # type: ignore[method-assign]

    def click() -> Any:
        click_id = {"llm-actions-request-id": str(uuid.uuid4())}
        return client.post(start, {**data, **widget, **click_id})

    def bound() -> float:
        before = time.process_time()
        _seconds(click, 202)
        return bound_at[-1] - before

    return {
        "offers": lambda: _seconds(lambda: client.get(offers, {"form_action": form}), 200),
        "click": lambda: _seconds(click, 202),
        "bound": bound,
    }


def post() -> Any:
    """Make a post with 20 blocks that has a draft, below a journal of its own."""
    from wagtail.models import Page  # noqa: PLC0415

    from example_site.blog.models import BlogIndexPage, BlogPage  # noqa: PLC0415

    journal = Page.objects.get(depth=1).add_child(
        instance=BlogIndexPage(title=f"Journal {uuid.uuid4()}")
    )
    kinds = [
        ("heading", "The tide"),
        ("paragraph", "<p>The tide came in <b>early</b> that day.</p>"),
        ("quote", {"text": "Nobody told the boats.", "author": "A sailor"}),
        ("points", [{"type": "item", "value": "One", "id": "one"}]),
    ]
    body = [
        {"type": name, "value": value, "id": str(uuid.uuid4())}
        for name, value in kinds * (BLOCKS // len(kinds))
    ]
    intro = "<p>The tide came in <b>early</b> that day.</p>"
    page = journal.add_child(
        instance=BlogPage(title="A post", summary="Tides.", intro=intro, body=body)
    )
    page.save_revision()
    return page


def _seconds(send: Callable[[], Any], status: int) -> float:
    before = time.process_time()
    response = send()
    seconds = time.process_time() - before
    if response.status_code != status:
        raise RuntimeError(response.status_code, response.content[:500])
    return seconds


def _queries(requests: Mapping[str, Callable[[], float]]) -> Mapping[str, int]:
    """Return the number of queries of each request, once the caches are warm."""
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    counted = {}
    for name, send in requests.items():
        for _ in range(WARM_UP):
            send()
        with CaptureQueriesContext(connection) as queries:
            send()
        counted[name] = len(queries)
    return counted


if __name__ == "__main__":
    main()
