"""``llm_actions_run``: run an action on many objects; the outputs become proposals there."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings as django_settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from wagtail_llm_actions.bulk.edit_views import Hidden, split_hidden
from wagtail_llm_actions.bulk.progress import cancel_queued_runs, progress, refused_by_queue
from wagtail_llm_actions.bulk.start import (
    CHUNK,
    LeftOut,
    build_chunks,
    new_key,
    save_and_enqueue,
)
from wagtail_llm_actions.errors import BudgetReached
from wagtail_llm_actions.management.run_arguments import (
    check_models,
    dollars,
    positive,
    read_action,
    read_objects,
    read_user,
)
from wagtail_llm_actions.management.screen import Screen
from wagtail_llm_actions.messages.currency import usd
from wagtail_llm_actions.messages.errors import sentence_for
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.lifecycle.recovery import recover_throttled
from wagtail_llm_actions.spending.estimates import estimate_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wagtail_llm_actions.bulk.start import Chunk
    from wagtail_llm_actions.models import LLMAction
    from wagtail_llm_actions.reporting.metrics import Metrics

NAMED = 5
"""So many of the objects that are left out for one reason are named, unless ``--verbosity 2`` asks for all."""
PROGRESS_SECONDS = 1.0
"""Between two queries of the progress."""
HIDDEN = {
    Hidden.FORM: "the edit form does not show both fields of the action",
    Hidden.ALIAS: "an alias cannot be edited",
    Hidden.ITEMS: "the action writes into one block or row, which an editor chooses",
    Hidden.LOCKED: "it is locked",
    Hidden.TRANSLATION: "wagtail-localize shows its own editor for the translation",
    Hidden.HOOK: "the site says that the edit view cannot show a proposal",
}
LEFT_OUT = {
    LeftOut.WAITING: "an undecided proposal exists, or a run that will give one",
    LeftOut.NOT_EMPTY: "the field already has a text",
    LeftOut.EMPTY_SOURCE: "the source field is empty",
}


class Command(BaseCommand):
    """Waits until all runs have ended; with the thread queue, it executes them itself.

    Exit code 1 if one of its limits or Ctrl-C stopped it.
    """

    help = "Run an action on many pages or snippets. The texts become proposals there."

    def add_arguments(self, parser: Any) -> None:
        """Add the action, the objects and the limits."""
        parser.add_argument("action", help="the id or the label of the action")
        objects = parser.add_mutually_exclusive_group(required=True)
        objects.add_argument("--pages", nargs="+", metavar="ID", help="ids of pages or snippets")
        objects.add_argument("--below", metavar="ID", help="a page and all pages below it")
        objects.add_argument("--all", action="store_true", help="all objects of the action's type")
        parser.add_argument(
            "--only-empty", action="store_true", help="leave out objects whose field has a text"
        )
        parser.add_argument("--limit", type=positive, metavar="N", help="start at most N runs")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="count the runs and estimate the cost, without starting any",
        )
        parser.add_argument(
            "--no-input",
            "--noinput",
            action="store_false",
            dest="interactive",
            help="do not ask whether to start",
        )
        parser.add_argument(
            "--stop-at-errors",
            type=positive,
            default=10,
            metavar="N",
            help="stop after N failed runs; 10 by default",
        )
        parser.add_argument(
            "--stop-at-cost",
            type=dollars,
            metavar="USD",
            help="stop when the runs have cost this much, or when the cost of one is unknown",
        )
        parser.add_argument(
            "--user", metavar="USERNAME", help="the user to record as having started the runs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Start the runs, and wait until they have ended.

        Raises:
            CommandError: The arguments are wrong, nobody agreed to the cost, a limit was reached, or
                Ctrl-C was pressed.
        """
        self._limits = options["stop_at_errors"], options["stop_at_cost"]
        self._screen, self._refused = Screen(self.stdout), ""
        llm_action = read_action(options["action"])
        check_models(llm_action, with_price=options["stop_at_cost"] is not None)
        key = new_key()
        objects, hidden = split_hidden(llm_action, read_objects(llm_action, options))
        self._model, self._verbosity = objects.model, options["verbosity"]
        for reason, pks in hidden.items():
            self._say_left_out(HIDDEN[reason], pks)
        chunks = build_chunks(
            llm_action,
            objects,
            key=key,
            user=read_user(options["user"]),
            limit=options["limit"],
            only_empty=options["only_empty"],
        )
        if options["dry_run"]:
            self._estimate(llm_action, chunks)
            return
        self._announce(llm_action, objects.count(), options)
        try:
            stopped = self._queue(llm_action, chunks, key) or self._follow(key)
            if stopped:
                self._stop(key, stopped)
        except KeyboardInterrupt:
            cancelled, running = cancel_queued_runs(key), progress(key).running
            self._screen.say(f"Cancelled queued runs: {cancelled}. Still running: {running}.")
            stopped = "Interrupted."
        texts = "Editors find the texts on their pages. " if progress(key).succeeded else ""
        self._screen.say(f"{texts}List of all runs: {_url(llm_action)}")
        if stopped or self._refused:
            raise CommandError(stopped or self._refused)

    def _estimate(self, llm_action: LLMAction, chunks: Iterable[Chunk]) -> None:
        count, left_out, costs = 0, defaultdict[LeftOut, list[Any]](list), Decimal(0)
        for chunk in chunks:
            count += len(chunk.runs)
            costs += sum(filter(None, (run.estimated_cost_usd for run in chunk.runs)), Decimal(0))
            _extend(left_out, chunk.left_out)
        cost = _about(costs) if not count or estimate_of(llm_action) else "unknown"
        self._screen.say(f"Runs to start: {count}. Cost: {cost}.")
        for left_out_reason, pks in left_out.items():
            self._say_left_out(LEFT_OUT[left_out_reason], pks)
        self._screen.say("Dry run: nothing was started.")

    def _announce(self, llm_action: LLMAction, count: int, options: dict[str, Any]) -> None:
        """Say what the runs cost, if all objects get one; at a terminal, ask whether to start them."""
        count = min(count, options["limit"] or count)
        estimate = estimate_of(llm_action)
        cost = _about(estimate.cost_usd() * count) if estimate else "unknown"
        self._screen.say(f"Runs to start: {count} at most. Cost: {cost}.")
        asks = options["interactive"] and sys.stdin.isatty()
        if asks and input("Type “yes” to start them: ").strip().lower() != "yes":
            raise CommandError("Nothing was started.")

    def _queue(self, llm_action: LLMAction, chunks: Iterable[Chunk], key: str) -> str:
        """Queue chunk by chunk; return the limit that was reached, or an empty string."""
        count, left_out, reason = 0, defaultdict[LeftOut, list[Any]](list), ""
        for chunk in chunks:
            count += self._start(llm_action, chunk, key)
            _extend(left_out, chunk.left_out)
            if reason := self._limit_reached(self._report(key)):
                break
            if chunk.refusal:
                # Those that were started are within the budget, and go on.
                self._refused = sentence_for(chunk.refusal)
                break
        self._screen.say(f"Runs started: {count}.")
        for left_out_reason, pks in left_out.items():
            self._say_left_out(LEFT_OUT[left_out_reason], pks)
        if refused := refused_by_queue(key):
            self._screen.say(
                f"The queue does not answer. Runs that are queued when it does: {refused}."
            )
        return reason

    def _start(self, llm_action: LLMAction, chunk: Chunk, key: str) -> int:
        """Start the runs of a chunk; wait for those under way where they hold what a budget has left."""
        save_and_enqueue(llm_action, chunk)
        count = len(chunk.runs)
        while isinstance(chunk.refusal, BudgetReached) and chunk.refusal.is_reserved:
            if self._limit_reached(self._report(key)):
                break
            time.sleep(PROGRESS_SECONDS)
            recover_throttled()
            chunk.runs = chunk.postponed
            save_and_enqueue(llm_action, chunk)
            count += len(chunk.runs)
        return count

    def _follow(self, key: str) -> str:
        """Wait for the end of all runs; return the limit that was reached, or an empty string."""
        while _is_unfinished(metrics := self._report(key)):
            if reason := self._limit_reached(metrics):
                return reason
            time.sleep(PROGRESS_SECONDS)
            recover_throttled()
        return self._limit_reached(metrics)

    def _stop(self, key: str, reason: str) -> None:
        """Cancel the queued runs, and wait for those that are running."""
        self._screen.say(f"{reason} Cancelled queued runs: {cancel_queued_runs(key)}.")
        while _is_unfinished(self._report(key)):
            time.sleep(PROGRESS_SECONDS)
            recover_throttled()

    def _limit_reached(self, metrics: Metrics) -> str:
        _, max_cost = self._limits
        cost = metrics.known_cost_usd
        if max_cost is not None and cost is not None and cost >= max_cost:
            return f"The runs have cost {usd(cost)}."
        if max_cost is not None and metrics.unknown_costs:
            return (
                f"Runs whose cost is unknown: {metrics.unknown_costs}, so that --stop-at-cost cannot "
                "be kept. Their pages in the LLM history say what is missing."
            )
        return self._too_many_failed(metrics)

    def _too_many_failed(self, metrics: Metrics) -> str:
        max_errors, _ = self._limits
        failed = metrics.failed - metrics.excluded
        return f"Failed runs: {failed}." if failed >= max_errors else ""

    def _report(self, key: str) -> Metrics:
        metrics = progress(key)
        cost = usd(metrics.cost_usd)
        if metrics.unknown_costs and metrics.cost_usd is not None:
            cost += f", unknown costs of {metrics.unknown_costs}"
        counts = [f"{getattr(metrics, status)} {status}" for status in LLMRun.Status.values]
        self._screen.progress(", ".join([*counts, cost]))
        return metrics

    def _say_left_out(self, reason: str, pks: list[Any]) -> None:
        """Say how many objects are left out for a reason, and name the first ones, or all."""
        if not pks:
            return
        self._screen.say(f"Left out because {reason}: {len(pks)}.")
        named = pks if self._verbosity > 1 else pks[: NAMED * self._verbosity]
        for start in range(0, len(named), CHUNK):
            some = self._model._default_manager.filter(pk__in=named[start : start + CHUNK])
            for one in some.order_by("pk"):
                self._screen.say(f"  {one.pk}: {one}")
        if 0 < len(named) < len(pks):
            self._screen.say(f"  and {len(pks) - len(named)} more, which --verbosity 2 names")


def _extend(left_out: dict[LeftOut, list[Any]], more: Mapping[LeftOut, list[Any]]) -> None:
    for reason, pks in more.items():
        left_out[reason] += pks


def _about(cost: Decimal) -> str:
    return f"about {usd(cost)}, by what past runs have cost"


def _is_unfinished(metrics: Metrics) -> bool:
    return metrics.queued + metrics.running > 0


def _url(llm_action: LLMAction) -> str:
    query = urlencode({"trigger": LLMRun.Trigger.BULK.value, "action": llm_action.pk})
    base = getattr(django_settings, "WAGTAILADMIN_BASE_URL", None) or ""
    return f"{base}{reverse('wagtail_llm_actions:history')}?{query}"
