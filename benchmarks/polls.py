"""How many polls bring nothing while a text is written, by the arrangement of workers."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

from benchmarks.arrangements import serving
from benchmarks.report import Section, Table
from benchmarks.rig import THREE_SECONDS, model_key
from benchmarks.rows import content
from tests.factories import AdminFactory
from tests.parts.web import Visitor
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from benchmarks.options import Options
    from benchmarks.rig import Rig, Web

SLOTS = 4
TEXTS, QUICK_TEXTS = 10, 4
FINAL = {status.value for status in LLMRun.Status} - {str(each) for each in LLMRun.UNFINISHED}


def run(rig: Rig, options: Options) -> Section:
    """Follow texts as a browser does, one after the other."""
    texts = options.pick(TEXTS, QUICK_TEXTS)
    rows = []
    for name in ("`llm_actions_worker`", "threads"):
        form = content(1).click(model_key(THREE_SECONDS))
        counts: Counter[str] = Counter()
        with serving(rig, name, SLOTS) as web:
            visitor = Visitor(AdminFactory())
            _follow(web, visitor, form)  # Loads what later texts need.
            for _ in range(texts):
                counts += _follow(web, visitor, form)
        polls = counts.total()
        rows.append([name, str(polls), str(counts["empty"]), f"{counts['empty'] / polls:.0%}"])
    table = Table(
        title="Polls from the first piece of a text to its last",
        columns=["worker", "polls", "without text", "share"],
        rows=rows,
        notes=[
            f"{texts} texts of {THREE_SECONDS.seconds:.0f} s each, {THREE_SECONDS.pieces} pieces, "
            f"{THREE_SECONDS.each_ms} ms apart."
        ],
    )
    return Section(title="Empty polls", tables=[table])


def _follow(web: Web, visitor: Visitor, form: dict[str, str]) -> Counter[str]:
    click = {**form, "llm-actions-request-id": str(uuid.uuid4())}
    state: dict[str, Any] = visitor.post(web, reverse("wagtail_llm_actions:start_run"), click)
    poll_url, cursor = state["poll_url"], state["cursor"]
    has_text, empty, counts = False, 0, Counter[str]()
    while True:
        time.sleep(state["poll_after_ms"] / 1_000)
        state = visitor.get(web, f"{poll_url}?{urlencode({'cursor': cursor})}")
        if state["status"] in FINAL:
            return counts
        if state["text"]:
            # Up to the last piece: after that, the answer is cleaned and stored.
            counts += Counter(text=1, empty=empty if has_text else 0)
            has_text, empty = True, 0
        else:
            empty += 1
        cursor = state["cursor"]
