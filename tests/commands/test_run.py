"""``llm_actions_run``: what it starts, what it says, when it stops."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any, cast

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.urls import reverse
from wagtail import hooks
from wagtail.models import Revision

from example_site.blog.models import Author, BlogPage
from tests.editor.actions import action_for
from tests.factories import (
    AuthorFactory,
    BlogIndexPageFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    LLMRunFactory,
    NoticeFactory,
)
from tests.kept_queue import PromptQueue
from tests.notices.models import Notice
from tests.parts.processes import CommandProcess
from tests.parts.waiting import eventually
from wagtail_llm_actions.errors import AuthenticationFailed
from wagtail_llm_actions.generation import Usage
from wagtail_llm_actions.models import LLMAction, LLMRun
from wagtail_llm_actions.provider_registry import get_provider
from wagtail_llm_actions.runs.lifecycle.cancel import cancel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from wagtail_llm_actions.providers.testing import ScriptedProvider

pytestmark = pytest.mark.django_db(transaction=True)

PRICED: dict[str, Any] = {
    "MODELS": {
        "scripted": {
            "PROVIDER": "test",
            "NAME": "scripted",
            "PRICE": {"INPUT": "0", "OUTPUT": "1000"},
        },
        "unpriced": {"PROVIDER": "test", "NAME": "unpriced"},
    }
}
CENT = Usage(input_tokens=1, output_tokens=10)
THREADS: dict[str, Any] = {
    "PROVIDERS": {
        "test": {
            "BACKEND": "wagtail_llm_actions.providers.testing.ScriptedProvider",
            "OPTIONS": {"script": ["Hoo."]},
        },
        "stuck": {
            "BACKEND": "wagtail_llm_actions.providers.testing.ScriptedProvider",
            "OPTIONS": {"script": ["Hoo.", 600.0]},
        },
    },
    "MODELS": {name: {"PROVIDER": name, "NAME": name} for name in ("test", "stuck")},
    "THREADS": 2,
}


class Terminal(StringIO):
    """A terminal, at which somebody may have typed an answer."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def prompt_queue(kept_queue: object, settings: Settings) -> Iterator[type[PromptQueue]]:
    """Execute runs as soon as they are queued, as many as the test lets through."""
    settings.WAGTAIL_LLM_ACTIONS = (
        settings.WAGTAIL_LLM_ACTIONS | PRICED | {"QUEUE": "tests.kept_queue.PromptQueue"}
    )
    PromptQueue.left = 1_000
    yield PromptQueue
    PromptQueue.left = 0


@pytest.fixture
def provider(prompt_queue: object) -> ScriptedProvider:
    """Return the provider of the settings with prices."""
    return cast("ScriptedProvider", get_provider("test"))


def run(*arguments: object) -> str:
    output = StringIO()
    call_command("llm_actions_run", *map(str, arguments), stdout=output)
    return output.getvalue()


def refused(*arguments: object) -> str:
    with pytest.raises(CommandError) as refusal:
        run(*arguments)
    return str(refusal.value)


@pytest.mark.usefixtures("prompt_queue")
def test_all_pages_get_a_proposal_and_none_is_changed(provider: ScriptedProvider) -> None:
    llm_action, user = LLMActionFactory(label="Summary"), EditorFactory(username="ines")
    BlogPageFactory.create_batch(3)
    empty = BlogPageFactory(intro="")
    pages = list(BlogPage.objects.order_by("pk").values())

    lines = run("Summary", "--all", "--user", "ines").splitlines()

    runs = LLMRun.objects.all()
    assert {(run.status, run.trigger, run.user) for run in runs} == {("succeeded", "bulk", user)}
    assert len(runs) == len(provider.requests) == 3
    assert list(BlogPage.objects.order_by("pk").values()) == pages
    assert not Revision.objects.exists()
    assert lines == [
        "Runs to start: 4 at most. Cost: unknown.",
        lines[1],
        "Runs started: 3.",
        "Left out because the source field is empty: 1.",
        f"  {empty.pk}: {empty.title}",
        lines[-1],
    ]
    assert lines[1].startswith("0 queued, 0 running, 3 succeeded, 0 failed, 0 cancelled, $")
    url = f"http://localhost{reverse('wagtail_llm_actions:history')}"
    assert lines[-1].endswith(f"{url}?trigger=bulk&action={llm_action.pk}")


@pytest.mark.usefixtures("prompt_queue")
def test_a_terminal_shows_one_line_that_changes() -> None:
    terminal = Terminal()
    BlogPageFactory()

    call_command("llm_actions_run", str(LLMActionFactory().pk), "--all", stdout=terminal)

    _announced, progress, started, *_ = terminal.getvalue().split("\n")
    assert progress.startswith("\r0 queued, 0 running, 1 succeeded")
    assert started == "Runs started: 1."


@pytest.mark.usefixtures("prompt_queue")
def test_a_second_call_starts_nothing_twice() -> None:
    llm_action = LLMActionFactory()
    BlogPageFactory.create_batch(2)
    run(llm_action.pk, "--all")

    said = run(llm_action.pk, "--all")

    assert "Runs started: 0." in said
    assert "Left out because an undecided proposal exists, or a run that will give one: 2." in said
    assert LLMRun.objects.count() == 2


@pytest.mark.usefixtures("prompt_queue")
def test_pages_are_named_or_stand_below_one() -> None:
    llm_action, top = LLMActionFactory(), BlogIndexPageFactory()
    first, second = BlogPageFactory.create_batch(2, parent=top)
    other = BlogPageFactory()

    def targets() -> set[Any]:
        return {run.target for run in LLMRun.objects.all()}

    run(llm_action.pk, "--pages", first.pk, other.pk)
    assert targets() == {first, other}
    LLMRun.objects.all().delete()
    run(llm_action.pk, "--below", top.pk, "--limit", 1)
    assert targets() == {first}
    run(llm_action.pk, "--below", top.pk)
    assert targets() == {first, second}


@pytest.mark.usefixtures("prompt_queue")
def test_snippets_are_run_too() -> None:
    llm_action = action_for(Author, source="bio", destination="name")
    author = AuthorFactory()

    run(llm_action.pk, "--all")

    assert LLMRun.objects.get().target == author
    assert "are not below a page" in refused(llm_action.pk, "--below", 1)


@pytest.mark.usefixtures("prompt_queue")
def test_a_dry_run_counts_estimates_and_starts_nothing(provider: ScriptedProvider) -> None:
    llm_action = LLMActionFactory()
    BlogPageFactory.create_batch(2)
    BlogPageFactory(summary="Mine.")
    run_it = (llm_action.pk, "--all", "--only-empty", "--dry-run")

    said = run(*run_it)
    assert "Runs to start: 2. Cost: unknown." in said
    assert "Left out because the field already has a text: 1." in said
    LLMRunFactory(
        action=llm_action, succeeded=True, cost_usd="0.02", source_chars=40, page__summary="Mine."
    )
    cache.clear()
    assert "Cost: about $0.040, by what past runs have cost." in run(*run_it)

    assert LLMRun.objects.count() == 1
    assert provider.requests == []


@pytest.mark.usefixtures("prompt_queue")
@pytest.mark.parametrize(
    ("typed", "options", "started"),
    [("yes\n", (), 3), ("no\n", (), 0), ("\n", (), 0), ("", ("--no-input",), 3)],
)
def test_somebody_at_a_terminal_agrees_to_the_cost_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, typed: str, options: tuple[str, ...], started: int
) -> None:
    llm_action = LLMActionFactory()
    LLMRunFactory(action=llm_action, succeeded=True, cost_usd="0.02", source_chars=40)
    BlogPageFactory.create_batch(2)
    monkeypatch.setattr("sys.stdin", Terminal(typed))

    said = run(llm_action.pk, "--all", *options) if started else refused(llm_action.pk, "--all")

    if started:
        assert "Runs to start: 3 at most. Cost: about $0.060, by what past runs have cost." in said
    else:
        assert said == "Nothing was started."
    assert LLMRun.objects.filter(trigger="bulk").count() == started


def test_it_stops_once_so_many_have_failed(
    provider: ScriptedProvider, prompt_queue: type[PromptQueue]
) -> None:
    prompt_queue.left = 2
    for _ in range(2):
        provider.script(AuthenticationFailed)
    llm_action = LLMActionFactory()
    BlogPageFactory.create_batch(5)

    assert refused(llm_action.pk, "--all", "--stop-at-errors", 2) == "Failed runs: 2."

    statuses = list(LLMRun.objects.values_list("status", flat=True))
    assert (statuses.count("failed"), statuses.count("cancelled")) == (2, 3)
    assert len(prompt_queue.cancelled) == 3


@pytest.mark.usefixtures("prompt_queue")
def test_texts_that_are_right_as_they_stand_do_not_stop_it(provider: ScriptedProvider) -> None:
    for _ in range(2):
        provider.script("No changes needed.")
    llm_action = LLMActionFactory(source="summary", destination="summary")
    BlogPageFactory.create_batch(3, summary="The tide came early.")

    said = run(llm_action.pk, "--all", "--stop-at-errors", 2)

    assert "1 succeeded, 2 failed" in said


@pytest.mark.usefixtures("prompt_queue")
def test_fewer_failures_are_no_failure_of_the_whole(provider: ScriptedProvider) -> None:
    provider.script(AuthenticationFailed)
    BlogPageFactory.create_batch(2)

    said = run(LLMActionFactory().pk, "--all", "--stop-at-errors", 2)

    assert "1 succeeded, 1 failed" in said


def test_where_no_text_came_it_says_nothing_of_texts(provider: ScriptedProvider) -> None:
    provider.script(AuthenticationFailed)
    BlogPageFactory()
    LLMActionFactory(label="Summarise")

    said = run("Summarise", "--all")

    assert "0 succeeded, 1 failed" in said
    assert "Editors find" not in said
    assert "List of all runs: " in said


def test_it_stops_once_it_has_cost_so_much(
    provider: ScriptedProvider, prompt_queue: type[PromptQueue]
) -> None:
    prompt_queue.left = 2
    for _ in range(2):
        provider.script("A text.", CENT)
    llm_action = LLMActionFactory()
    BlogPageFactory.create_batch(3)

    assert refused(llm_action.pk, "--all", "--stop-at-cost", "0.02") == "The runs have cost $0.020."

    statuses = list(LLMRun.objects.values_list("status", flat=True))
    assert (statuses.count("succeeded"), statuses.count("cancelled")) == (2, 1)


def test_a_cost_limit_is_not_kept_by_guessing(
    provider: ScriptedProvider, prompt_queue: type[PromptQueue]
) -> None:
    prompt_queue.left = 2
    provider.script("A text.", CENT)
    provider.script("A text without counts.")
    llm_action = LLMActionFactory()
    BlogPageFactory.create_batch(4)

    said = refused(llm_action.pk, "--all", "--stop-at-cost", "100")

    assert said.startswith("Runs whose cost is unknown: 1, so that --stop-at-cost cannot be kept.")
    statuses = list(LLMRun.objects.values_list("status", flat=True))
    assert (statuses.count("succeeded"), statuses.count("cancelled")) == (2, 2)


def test_counts_that_contradict_each_other_stop_it_too(
    provider: ScriptedProvider, prompt_queue: type[PromptQueue]
) -> None:
    prompt_queue.left = 1
    usage = Usage(input_tokens=7, output_tokens=20, cached_input_tokens=20646)
    provider.script("A text.", usage)
    llm_action = LLMActionFactory()
    BlogPageFactory.create_batch(2)

    assert refused(llm_action.pk, "--all", "--stop-at-cost", "0.02") == "The runs have cost $0.020."


def test_a_call_that_was_refused_leaves_the_cost_known(provider: ScriptedProvider) -> None:
    provider.script(AuthenticationFailed)
    provider.script("A text.", CENT)
    BlogPageFactory.create_batch(2)

    said = run(LLMActionFactory().pk, "--all", "--limit", 2, "--stop-at-cost", "1")

    assert "1 succeeded, 1 failed, 0 cancelled, $0.010" in said


@pytest.mark.usefixtures("prompt_queue")
def test_what_is_asked_for_must_exist() -> None:
    summary = LLMActionFactory(label="Summary")
    LLMActionFactory(label="Summary", destination="subtitle")
    LLMActionFactory(label="Sleeping", is_active=False)
    page, journal = BlogPageFactory(), BlogIndexPageFactory()

    several = refused("Summary", "--all")
    assert "Several actions have this label" in several
    assert f"{summary.pk}: Summary (" in several
    assert "There is no action “Summery”" in refused("Summery", "--all")
    assert "is not active" in refused("Sleeping", "--all")
    assert str(journal.pk) in refused(summary.pk, "--pages", page.pk, journal.pk)
    assert "must be an integer" in refused(summary.pk, "--pages", "tides")
    assert "0" in refused(summary.pk, "--below", "0")
    assert "There is no user “nobody”." in refused(summary.pk, "--all", "--user", "nobody")
    for wrong in (["--limit", 0], ["--stop-at-cost", "nan"], ["--stop-at-cost", "much"], []):
        refused(summary.pk, *(["--all"] if wrong else []), *wrong)
    LLMAction.objects.filter(pk=summary.pk).update(model="unpriced")
    without_price = refused(summary.pk, "--all", "--stop-at-cost", 1)
    assert "“unpriced” is not known" in without_price
    assert without_price.endswith("Set PRICE in its entry of MODELS.")
    LLMAction.objects.filter(pk=summary.pk).update(model="gone")
    assert "“gone” is not configured" in refused(summary.pk, "--all")
    assert not LLMRun.objects.exists()


@pytest.mark.processes
def test_without_a_queue_server_the_runs_are_executed_in_its_own_process() -> None:
    llm_action = LLMActionFactory(model="test")
    BlogPageFactory.create_batch(5)

    with CommandProcess(
        "llm_actions_run", str(llm_action.pk), "--all", settings={"WAGTAIL_LLM_ACTIONS": THREADS}
    ) as command:
        assert command.wait_until_ended() == 0
        assert "0 queued, 0 running, 5 succeeded" in command.log

    assert set(LLMRun.objects.values_list("status", "output")) == {("succeeded", "Hoo.")}


@pytest.mark.processes
def test_ctrl_c_cancels_what_waits_and_says_how_much_is_left() -> None:
    llm_action = LLMActionFactory(model="stuck")
    BlogPageFactory.create_batch(8)

    with CommandProcess(
        "llm_actions_run", str(llm_action.pk), "--all", settings={"WAGTAIL_LLM_ACTIONS": THREADS}
    ) as command:
        command.wait_until_printed("Runs started: 8.")
        eventually(lambda: LLMRun.objects.filter(status="running").exists())
        command.interrupt()
        assert command.wait_until_ended() == 1
        running = LLMRun.objects.filter(status="running").count()
        expected = f"Cancelled queued runs: {8 - running}. Still running: {running}."
        assert expected in command.log

    assert LLMRun.objects.filter(status="cancelled").count() == 8 - running


@pytest.mark.processes
def test_runs_that_are_under_way_when_it_stops_are_waited_for() -> None:
    llm_action = LLMActionFactory(
        model="stuck", prompt_template__text="{{ page.title }} " * 3 + "{{ input }}"
    )
    BlogPageFactory.create_batch(4)
    BlogPageFactory(title="Tides. " * 30)
    settings = {"WAGTAIL_LLM_ACTIONS": THREADS | {"MAX_PROMPT_CHARS": 500}}

    with CommandProcess(
        "llm_actions_run",
        *(str(llm_action.pk), "--all", "--stop-at-errors", "1"),
        settings=settings,
    ) as command:
        command.wait_until_printed("Cancelled queued runs: ")
        assert not LLMRun.objects.filter(status="queued").exists()
        for run in LLMRun.objects.filter(status="running"):
            cancel(run.pk)
        assert command.wait_until_ended() == 1
        assert "Failed runs: 1." in command.log

    statuses = list(LLMRun.objects.values_list("status", flat=True))
    assert (statuses.count("failed"), statuses.count("cancelled")) == (1, 4)


@pytest.mark.usefixtures("prompt_queue")
def test_an_alias_is_left_out_and_said_first(provider: ScriptedProvider) -> None:
    LLMActionFactory(label="Summary")
    page = BlogPageFactory()
    alias = page.create_alias(parent=page.get_parent(), update_slug="alias")

    lines = run("Summary", "--all").splitlines()

    assert lines[0] == "Left out because an alias cannot be edited: 1."
    assert "Runs started: 1." in lines
    assert run("Summary", "--pages", alias.pk, "--dry-run").splitlines()[:3] == [
        "Left out because an alias cannot be edited: 1.",
        f"  {alias.pk}: {alias.title}",
        "Runs to start: 0. Cost: about $0.00, by what past runs have cost.",
    ]


@pytest.mark.usefixtures("prompt_queue")
def test_the_first_pages_that_are_left_out_are_named_or_all_or_none(
    provider: ScriptedProvider,
) -> None:
    LLMActionFactory(label="Summary")
    pages = BlogPageFactory.create_batch(7, locked=True)
    names = [f"  {page.pk}: {page.title}" for page in pages]
    sentence = "Left out because it is locked: 7."

    def said(verbosity: int) -> list[str]:
        return run("Summary", "--all", "--verbosity", verbosity).splitlines()[:-2]

    rest = said(0)[1:]
    assert said(0) == [sentence, *rest]
    assert said(1) == [sentence, *names[:5], "  and 2 more, which --verbosity 2 names", *rest]
    assert said(2) == [sentence, *names, *rest]
    assert provider.requests == []


@pytest.mark.usefixtures("prompt_queue")
def test_what_the_sites_hook_names_is_left_out_and_said_first(provider: ScriptedProvider) -> None:
    LLMActionFactory(label="Summary")
    BlogPageFactory.create_batch(2)
    BlogPageFactory(title="Imported")

    with hooks.register_temporarily(
        "llm_actions_can_show_proposal", lambda page: page.title != "Imported"
    ):
        lines = run("Summary", "--all").splitlines()

    assert lines[0] == (
        "Left out because the site says that the edit view cannot show a proposal: 1."
    )
    assert len(provider.requests) == 2


@pytest.mark.usefixtures("prompt_queue")
def test_a_type_whose_form_lacks_the_field_costs_nothing(provider: ScriptedProvider) -> None:
    action_for(Notice, label="Unlisted", destination="unlisted", source="text")
    NoticeFactory.create_batch(2)

    lines = run("Unlisted", "--all").splitlines()

    assert lines[0] == (
        "Left out because the edit form does not show both fields of the action: 2."
    )
    assert "Runs started: 0." in lines
    assert provider.requests == []
