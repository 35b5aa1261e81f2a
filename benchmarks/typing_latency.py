"""What typing in a large form takes, with the package's script and without it.

The browser's own processor time tells the same on a busy machine as on an idle one; the times until the
next frame do not, so that only their ratio is worth reading.
"""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from playwright.sync_api import sync_playwright

from benchmarks.figures import Metrics
from benchmarks.report import Section, Table
from benchmarks.rows import Visitor
from tests.chromium import ARGUMENTS, executable
from tests.factories import LLMActionFactory
from tests.voyages.models import Picture, Voyage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from playwright.sync_api import Browser, Page

    from benchmarks.options import Options
    from benchmarks.rig import Rig

ROUNDS = 10
KEYS = 30
BLOCKS, ROWS = 100, 15
"""With the fields of a voyage itself, the rows make 60 fields."""
ACTIONS = {
    "summary": 2,
    "log:quote.author": 2,
    "log:quote.quote": 1,
    "log:paragraph": 2,
    "log:heading": 1,
    "gallery.caption": 1,
    "gallery.remark": 1,
}
"""How many write each destination; all read the name."""
PLACES = {
    "a field that actions read": "[name=name]",
    "a field that actions write": "[name=summary]",
    "a block that actions write": "[name=log-2-value-quote]",
    "rich text that actions write": "[data-contentpath=log] .public-DraftEditor-content",
}
PATIENCE_MS = 300_000
SETTLE_MS = 1_000
"""Until the script has looked at what was typed."""
MS = 1_000

# Runs in the page before anything else; the page's own code is not touched.
OBSERVER = """
window.benchmark = { handlers: [], frames: [] };
let began;
addEventListener('keydown', () => {
  const pressed = performance.now();
  requestAnimationFrame(() => setTimeout(() => benchmark.frames.push(performance.now() - pressed)));
}, { capture: true });
addEventListener('input', () => { began = performance.now(); }, { capture: true });
addEventListener('input', () => benchmark.handlers.push(performance.now() - began));
"""


def run(rig: Rig, options: Options) -> Section:
    """Type in both forms in turns, each round in the reverse order of the one before."""
    path = reverse(Voyage.snippet_viewset.get_url_name("edit"), args=[_voyage().pk])
    session = Visitor.new().session_key
    samples: dict[tuple[str, bool], list[Mapping[str, Any]]] = {}
    with rig.web() as web, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        for number in range(options.rounds_or(ROUNDS)):
            for has_script in (False, True) if number % 2 else (True, False):
                with _form(browser, web.url, path, session, has_script=has_script) as page:
                    for place, selector in PLACES.items():
                        typed = _typed(browser, page, selector)
                        samples.setdefault((place, has_script), []).append(typed)
        browser.close()
    table = Table(
        title="A key in a form with 60 fields and 100 blocks, with the script ÷ without",
        columns=["where", "keys", "CPU ms", "CPU ÷", "frame ÷", "frame p95 ÷", "input ms", "p95"],
        rows=[_row(place, samples[place, False], samples[place, True]) for place in PLACES],
        notes=[
            "CPU is that of the page's process for one key, with the script, in the median of the rounds. A frame is that "
            "which shows the key, from the key's event on. Input is the time in all handlers of the event `input`.",
        ],
    )
    return Section(title="Typing", tables=[table])


def _voyage() -> Voyage:
    rich = '<p data-block-key="k">The tide came in <b>early</b> that day.</p>'
    kinds: list[tuple[str, Any]] = [
        ("paragraph", rich),
        ("heading", "The tide"),
        ("quote", {"quote": "Nobody told the boats.", "author": "A sailor"}),
        ("text", "The tide came in early that day."),
    ]
    blocks = [
        {"type": name, "value": value, "id": str(uuid.uuid4())}
        for name, value in kinds * (BLOCKS // len(kinds))
    ]
    field: Any = Voyage._meta.get_field("log")
    voyage = Voyage(name="North", log=field.to_python(blocks))
    voyage.gallery = [Picture(caption=f"Picture {number}") for number in range(ROWS)]
    voyage.save()
    model_type = ContentType.objects.get_for_model(Voyage)
    for destination, count in ACTIONS.items():
        LLMActionFactory.create_batch(
            count, model_type=model_type, source="name", destination=destination
        )
    return voyage


@contextmanager
def _form(
    browser: Browser, url: str, path: str, session: str, *, has_script: bool
) -> Iterator[Page]:
    context = browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(OBSERVER)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
    # Both are intercepted, which takes time as well.
    context.route(
        "**/wagtail_llm_actions/**",
        lambda route: route.continue_() if has_script else route.abort(),
    )
    page = context.new_page()
    page.goto(f"{url}{path}", wait_until="networkidle")
    if has_script:
        page.wait_for_function(
            "document.querySelectorAll('.llm-actions').length > 100", timeout=PATIENCE_MS
        )
    page.wait_for_timeout(SETTLE_MS)
    yield page
    context.close()


def _typed(browser: Browser, page: Page, selector: str) -> Mapping[str, Any]:
    """Return the processor seconds of the page, and what it has seen, in milliseconds."""
    page.locator(selector).first.click()
    page.wait_for_timeout(SETTLE_MS)
    page.evaluate("benchmark.frames = []; benchmark.handlers = []")
    before = _processor_seconds(browser)
    for _ in range(KEYS):
        page.keyboard.press("a")
    page.wait_for_timeout(SETTLE_MS)
    seconds = _processor_seconds(browser) - before
    found: dict[str, Any] = page.evaluate("benchmark")
    return {**found, "cpu": MS * seconds / KEYS}


def _processor_seconds(browser: Browser) -> float:
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return float(sum(each["cpuTime"] for each in processes if each["type"] == "renderer"))


def _row(
    place: str, without: Sequence[Mapping[str, Any]], own: Sequence[Mapping[str, Any]]
) -> list[str]:
    cpu = Metrics([each["cpu"] for each in own])
    cpu_ratio = Metrics([a["cpu"] / b["cpu"] for a, b in zip(own, without, strict=True)])
    frames, others = (
        Metrics([value for each in some for value in each["frames"]]) for some in (own, without)
    )
    handlers = Metrics([value for each in own for value in each["handlers"]] or [0.0])
    return [
        place,
        str(frames.count),
        f"{cpu.median:.1f}",
        f"{cpu_ratio.median:.2f}",
        f"{frames.median / others.median:.2f}",
        f"{frames.p95 / others.p95:.2f}",
        f"{handlers.median:.1f}",
        f"{handlers.p95:.1f}",
    ]
