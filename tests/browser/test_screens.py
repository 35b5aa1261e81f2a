"""Every screen: for every eye, in every window, from right to left, and under a strict policy.

`axe-core <https://github.com/dequelabs/axe-core>`_ looks for what shuts people out. Of Wagtail's
own screens it is shown only what the package adds to them.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse, reverse_lazy
from playwright.sync_api import Error, expect
from wagtail.users.models import UserProfile

from tests.browser import review_states
from tests.browser.person import ELSEWHERE
from tests.browser.showcase import Showcase
from tests.factories import LLMActionFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import ConsoleMessage, Page, Route

    from tests.browser.person import Person

    Visit = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SERIOUS = {"serious", "critical"}
# The image itself is in the memory of another process.
REFUSED_EXPORT = "?export=xlsx&status=lost"
# A refusal has a status that the browser complains about.
NOT_THERE = (*ELSEWHERE, "/media/not-found", REFUSED_EXPORT)
WAGTAILS_ERROR = "Cannot read properties of undefined (reading 'destroy')"
PAPER = 718  # An A4 page within margins of 1 cm.
SHRUNK = PAPER * 4 // 3  # A browser may print as much on a line, smaller.
WIDE, NARROW = 1280, 320  # A window of 1280 pixels at 400 % zoom is one of 320.
# Wagtail's own tag field has no label of its own, and its sidebar is Wagtail's to mend.
OWN_PARTS = {
    "front page": "#llm-actions-section",
    "page form": review_states.OWN_PARTS,
    "review": review_states.OWN_PARTS,
}
SCREENS = {
    "defining": ["actions", "new action", "action form", "unchanged test", "copy of an action"],
    "managing": [
        "deletion of an action",
        "changes of an action",
        "templates",
        "new template",
        "template form",
        "deletion of a template",
    ],
    "budgets": ["budgets", "new budget", "budget form"],
    "setting up": ["models", "import", "import preview", "getting started"],
    "using and looking back": [
        "front page",
        "history",
        "run",
        "failed run",
        "redacted run",
        "usage",
        "exported files",
        "failed export",
        "refused export",
    ],
}
REVIEWING = ["page form", *review_states.STATES]
BUDGETS = {
    "budgets": reverse_lazy("wagtail_llm_actions_budgets:index"),
    "new budget": reverse_lazy("wagtail_llm_actions_budgets:add"),
}

# What sticks out of the window, and cannot be scrolled to: Wagtail's main element cuts it off.
# Headers, bars at the foot, side panels and the minimap are Wagtail's.
STICKING_OUT = """selector => {
    const WAGTAILS = 'header, #header-title, footer, .footer__container, .form-side, .w-minimap, '
        + '.w-sr-only, svg';
    const cuts = (element) => getComputedStyle(element).overflowX !== 'visible';
    const isHeld = (element) => {
        for (let at = element.parentElement; at && at.id !== 'main'; at = at.parentElement) {
            if (cuts(at)) return true;
        }
        return false;
    };
    const within = [...document.querySelectorAll(selector)];
    return within.flatMap((part) => [part, ...part.querySelectorAll('*')]).filter((element) => {
        const { left, right, width, height } = element.getBoundingClientRect();
        if (width < 2 || height < 2 || (left >= -1 && right <= innerWidth + 1)) return false;
        return !element.closest(WAGTAILS) && !isHeld(element);
    }).map((element) => element.outerHTML.slice(0, 120));
}"""
TO_REST_MS = 10_000
# Wagtail's main element moves to where the sidebar was for 150 ms, from the frame on that has the new
# width; a busy browser draws that frame late. Until then, everything sticks out.
TRANSITIONS_END = """() => new Promise(requestAnimationFrame).then(() => Promise.allSettled(
    document.getAnimations()
        .filter((animation) => animation instanceof CSSTransition)
        .map((transition) => transition.finished)
)).then(() => null)"""


@pytest.fixture
def showcase() -> Showcase:
    return Showcase()


def list_previous_texts(person: Person) -> None:
    expect(person.page.get_by_role("radio")).to_have_count(3)
    person.page.get_by_role("button", name="Previous texts: Summary").click()
    expect(person.page.get_by_role("button", name="Propose again").first).to_be_visible()


def run_test(person: Person, end: str = "Done") -> None:
    person.control("test_input").fill("The tide came in early.")
    person.page.get_by_role("button", name="Test", exact=True).click()
    playground = person.page.locator("#llm-actions-playground")
    expect(playground.get_by_role("status")).to_contain_text(end)


USES: dict[str, Callable[[Person], object]] = {
    "page form": list_previous_texts,
    "action form": run_test,
    "failed run": lambda one: one.page.get_by_text("Report for support", exact=True).click(),
    "usage": lambda one: one.page.get_by_text("Chart data").first.click(),
    "history": lambda one: expect(one.page.get_by_role("link", name="Next")).to_be_visible(),
    "budgets": lambda one: expect(one.page.get_by_role("cell", name=" of $10.00")).to_be_visible(),
}
"""What somebody does on a screen to see all of it."""


def open_screen(person: Person, showcase: Showcase, name: str) -> str:
    """Go there, and return the selector of what is the package's own."""
    page = person.page
    if name == "import preview":
        person.open(reverse("wagtail_llm_actions:import"))
        content = showcase.export_of_another_site()
        page.get_by_label("File").set_input_files(
            {"name": "llm-actions.json", "mimeType": "application/json", "buffer": content}
        )
        page.get_by_role("button", name="Show changes").click()
        expect(page.get_by_role("button", name="Confirm import")).to_be_visible()
        return "#main"
    if name in review_states.STATES:
        review_states.STATES[name](person, showcase)
        return review_states.OWN_PARTS
    if name == "unchanged test":
        action = LLMActionFactory(source="summary", model="heron")
        person.open(reverse("wagtail_llm_actions_actions:edit", args=[action.pk]))
        run_test(person, "Heron found nothing to change.")
        return "#main"
    if name == "refused export":
        person.open(f"{reverse('wagtail_llm_actions:history')}{REFUSED_EXPORT}")
        expect(page.get_by_text("The filter “status” does not have this value.")).to_be_visible()
        return "#main"
    if name == "failed export":
        person.open(reverse("wagtail_llm_actions:exports"))
        page.get_by_role("row", name="The file was not written.").get_by_role("link").click()
        expect(page.get_by_role("button", name="Delete")).to_be_visible()
        return "#main"
    person.open(str({**showcase.screens(), **BUDGETS}[name]))
    if name in USES:
        USES[name](person)
    return OWN_PARTS.get(name, "#main")


def look(page: Page, scheme: Any, width: int) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 1000})
    page.wait_for_function("width => innerWidth === width", arg=width)
    # On its way from light to dark a button has colours that nobody is shown for long.
    page.evaluate(TRANSITIONS_END)


def sticking_out(page: Page, own: str) -> list[str]:
    """Return what still does when menus have moved away and charts are drawn again."""
    # Asked twice, the second answer could be of another moment than the one that was waited for.
    with suppress(Error):
        page.wait_for_function(f"own => !({STICKING_OUT})(own).length", arg=own, timeout=TO_REST_MS)
        return []
    found: list[str] = page.evaluate(STICKING_OUT, own)
    return found


def violations(page: Page, own: str) -> list[str]:
    options = {"resultTypes": ["violations"]}
    response = Axe().run(page, context=[own], options=options).response
    return [
        f"{found['id']}: {node['html'][:120]}"
        for found in response["violations"]
        if found["impact"] in SERIOUS
        for node in found["nodes"]
    ]


@pytest.mark.parametrize(
    "screens",
    [
        *(pytest.param(screens, id=name) for name, screens in SCREENS.items()),
        pytest.param(REVIEWING, id="reviewing", marks=pytest.mark.wagtail_forms),
    ],
)
def test_a_screen_shuts_nobody_out_and_fits_a_narrow_window(
    visit: Visit, showcase_site: str, showcase: Showcase, screens: list[str]
) -> None:
    admin = visit(showcase.admin, showcase_site)
    on_console: list[str] = []

    def note(message: ConsoleMessage) -> None:
        text = f"{message.text} {message.location.get('url', '')}"
        if message.type == "error" and not any(place in text for place in NOT_THERE):
            on_console.append(text)

    admin.page.on("console", note)
    found = {}
    for name in screens:
        look(admin.page, "light", WIDE)
        own = open_screen(admin, showcase, name)
        # Colours do not depend on the width: two looks see both schemes and both widths.
        in_the_light = violations(admin.page, own)
        look(admin.page, "dark", NARROW)
        found[name] = {
            "light": in_the_light,
            "dark": violations(admin.page, own),
            "sticking out": sticking_out(admin.page, own),
            "on the console": list(on_console),
        }
        on_console.clear()
    # Wagtail's chooser of a focal point fails in another window where there is no image.
    admin.errors[:] = [error for error in admin.errors if WAGTAILS_ERROR not in error]

    assert found == {
        name: {"light": [], "dark": [], "sticking out": [], "on the console": []}
        for name in screens
    }


def test_a_screen_fits_from_right_to_left(
    visit: Visit, showcase_site: str, showcase: Showcase
) -> None:
    UserProfile.objects.create(user=showcase.admin, preferred_language="ar")
    admin = visit(showcase.admin, showcase_site)
    screens = {name: str(path) for name, path in {**showcase.screens(), **BUDGETS}.items()}
    found = {}
    for name in ("actions", "action form", "failed run", "usage", "budgets", "review"):
        if name == "review":
            review_states.open_review(admin, showcase)
        else:
            admin.open(screens[name])
        expect(admin.page.locator("html")).to_have_attribute("dir", "rtl")
        for width in (WIDE, NARROW):
            look(admin.page, "light", width)
            found[name, width] = sticking_out(admin.page, OWN_PARTS.get(name, "#main"))

    assert {place: elements for place, elements in found.items() if elements} == {}
    look(admin.page, "light", WIDE)
    card = admin.page.locator("[data-contentpath=summary] .llm-actions-card")
    accept, dismiss = (
        card.locator(f"[data-command={command}]:visible").first.bounding_box()
        for command in ("accept", "dismiss")
    )
    assert accept
    assert dismiss
    assert accept["x"] > dismiss["x"]
    # A text is read in its own direction.
    diff = card.locator("[data-part=diff]")
    assert diff.evaluate("element => getComputedStyle(element).direction") == "ltr"


def test_a_table_fits_on_paper(visit: Visit, showcase_site: str, showcase: Showcase) -> None:
    admin = visit(showcase.admin, showcase_site)
    found = {}
    for name, width in (("history", PAPER), ("usage", SHRUNK), ("budgets", PAPER), ("run", PAPER)):
        admin.open(str({**showcase.screens(), **BUDGETS}[name]))
        admin.page.emulate_media(media="print")
        admin.page.set_viewport_size({"width": width, "height": 1000})
        found[name] = sticking_out(admin.page, "#main")
        admin.page.emulate_media(media="screen")

    assert {name: elements for name, elements in found.items() if elements} == {}


POLICY = "default-src 'self'; script-src 'self' 'report-sample'; style-src 'self' 'report-sample'"
COLLECT = """
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => {
        const { effectiveDirective, blockedURI, sourceFile, sample } = event;
        window.violations.push([effectiveDirective, blockedURI, sourceFile ?? '', sample]);
    });
"""
# Date fields and choosers start by a script in the page, and editors bring styles. The rest of
# what Wagtail does itself is done by its own files.
WAGTAILS_INLINE = (
    "initDateChooser(",
    "initDateTimeChooser(",
    "new PageChooser(",
    "new SnippetChooser(",
)
WAGTAILS_FILES = ("/static/wagtailadmin/", "/static/wagtailsnippets/")


def is_wagtails(violation: list[str]) -> bool:
    _directive, blocked, source, sample = violation
    return (
        any(host in blocked for host in ELSEWHERE)
        or any(files in source for files in WAGTAILS_FILES)
        or sample.strip().startswith(WAGTAILS_INLINE)
    )


def add_policy(route: Route) -> None:
    if route.request.resource_type != "document":
        route.continue_()
        return
    response = route.fetch()
    headers = {**response.headers, "content-security-policy": POLICY}
    route.fulfill(response=response, headers=headers)


def test_nothing_of_the_package_needs_a_looser_content_security_policy(
    visit: Visit, showcase_site: str, showcase: Showcase
) -> None:
    admin = visit(showcase.admin, showcase_site)
    admin.page.add_init_script(COLLECT)
    admin.page.route("**/admin/**", add_policy)
    found = {}
    for name in [*showcase.screens(), "import preview"]:
        open_screen(admin, showcase, name)
        broken: list[list[str]] = admin.page.evaluate("violations")
        found[name] = [violation for violation in broken if not is_wagtails(violation)]
        if name == "page form":
            assert broken, "the policy is in force"

    assert {name: broken for name, broken in found.items() if broken} == {}
