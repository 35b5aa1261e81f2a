"""``llm_actions_run``: an action on many pages, whose texts wait there as proposals."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings as django_settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from wagtail_llm_actions.bulk.progress import cancel_queued_runs, progress, refused_by_queue
from wagtail_llm_actions.bulk.start import (
    LeftOut,
    mean_cost,
    new_key,
    prepared,
    record_chunk,
)
from wagtail_llm_actions.management.run_arguments import (
    check_models,
    dollars,
    positive,
    read_action,
    read_objects,
    read_user,
)
from wagtail_llm_actions.messages.currency import usd
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.lifecycle.recovery import recover_throttled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wagtail_llm_actions.bulk.start import Chunk
    from wagtail_llm_actions.models import LLMAction
    from wagtail_llm_actions.reporting.usage import Metrics

LOOK_SECONDS = 1.0
LEFT_OUT = {
    LeftOut.WAITING: "have a proposal that nobody has decided on, or one on its way",
    LeftOut.NOT_EMPTY: "have a text in the field already",
    LeftOut.EMPTY_SOURCE: "have no text in the source field",
}


class Command(BaseCommand):
    """Stays until all runs have ended; with the thread queue they are executed in its process.

    Exits with 1 where it was stopped: by its limits, or by Ctrl-C.
    """

    help = "Run an action on many pages or snippets. The texts wait there as proposals."

    def add_arguments(self, parser: Any) -> None:
        """Choose the action, the objects and the limits."""
        parser.add_argument("action", help="its number or its label")
        objects = parser.add_mutually_exclusive_group(required=True)
        objects.add_argument("--pages", nargs="+", metavar="ID", help="these pages, or snippets")
        objects.add_argument("--below", metavar="ID", help="this page and all that stand below it")
        objects.add_argument("--all", action="store_true", help="all of the action's type")
        parser.add_argument("--only-empty", action="store_true", help="only into an empty field")
        parser.add_argument("--limit", type=positive, metavar="N", help="start N runs at most")
        parser.add_argument("--dry-run", action="store_true", help="only count and estimate")
        parser.add_argument(
            "--stop-at-errors",
            type=positive,
            default=10,
            metavar="N",
            help="stop once N runs have failed; the default is 10",
        )
        parser.add_argument(
            "--stop-at-cost", type=dollars, metavar="USD", help="stop once the runs have cost this"
        )
        parser.add_argument("--user", metavar="USERNAME", help="who is recorded to have started it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Queue the runs, then follow them to their end.

        Raises:
            CommandError: It cannot start, was stopped, or a limit was reached.
        """
        self._limits = options["stop_at_errors"], options["stop_at_cost"]
        self._screen = _Screen(self.stdout)
        llm_action = read_action(options["action"])
        check_models(llm_action, with_price=options["stop_at_cost"] is not None)
        key = new_key()
        chunks = prepared(
            llm_action,
            read_objects(llm_action, options),
            key=key,
            user=read_user(options["user"]),
            limit=options["limit"],
            only_empty=options["only_empty"],
        )
        if options["dry_run"]:
            self._estimate(llm_action, chunks)
            return
        try:
            reason = self._queue(llm_action, chunks, key) or self._follow(key)
            if reason:
                self._stop(key, reason)
        except KeyboardInterrupt:
            cancelled, running = cancel_queued_runs(key), progress(key).running
            self._screen.say(
                f"{cancelled} waiting runs were cancelled, {running} are still running."
            )
            reason = "Interrupted."
        self._screen.say(f"Editors find the texts on their pages. All of them: {_url(llm_action)}")
        if reason:
            raise CommandError(reason)

    def _estimate(self, llm_action: LLMAction, chunks: Iterable[Chunk]) -> None:
        count, left_out = 0, Counter[LeftOut]()
        for chunk in chunks:
            count += len(chunk.runs)
            left_out += chunk.left_out
        mean = mean_cost(llm_action)
        cost = "unknown" if mean is None else f"about {usd(mean * count)}, as its past runs"
        self._screen.say(f"{count} runs would be started. Cost: {cost}.")
        self._say_left_out(left_out)
        self._screen.say("Nothing was started, because of --dry-run.")

    def _queue(self, llm_action: LLMAction, chunks: Iterable[Chunk], key: str) -> str:
        """Return why no more may be queued; mostly empty."""
        count, left_out, reason = 0, Counter[LeftOut](), ""
        for chunk in chunks:
            record_chunk(llm_action, chunk)
            count += len(chunk.runs)
            left_out += chunk.left_out
            if reason := self._limit_reached(self._look(key)):
                break
        self._screen.say(f"{count} runs were started.")
        self._say_left_out(left_out)
        if refused := refused_by_queue(key):
            self._screen.say(
                f"The queue does not answer. {refused} runs are put on it when it does."
            )
        return reason

    def _follow(self, key: str) -> str:
        """Wait until all runs have ended, and return why it was not waited for; mostly empty."""
        while _is_open(figures := self._look(key)):
            if reason := self._limit_reached(figures):
                return reason
            time.sleep(LOOK_SECONDS)
            recover_throttled()
        return self._too_many_failed(figures)

    def _stop(self, key: str, reason: str) -> None:
        """Let no more runs begin, and wait for those that have."""
        self._screen.say(f"{reason} {cancel_queued_runs(key)} waiting runs are cancelled.")
        while _is_open(self._look(key)):
            time.sleep(LOOK_SECONDS)
            recover_throttled()

    def _limit_reached(self, figures: Metrics) -> str:
        _, max_cost = self._limits
        cost = figures.known_cost
        if max_cost is not None and cost is not None and cost >= max_cost:
            return f"The runs have cost {usd(cost)}."
        return self._too_many_failed(figures)

    def _too_many_failed(self, figures: Metrics) -> str:
        max_errors, _ = self._limits
        return f"{figures.failed} runs have failed." if figures.failed >= max_errors else ""

    def _look(self, key: str) -> Metrics:
        figures = progress(key)
        cost = usd(figures.cost_usd)
        if figures.unknown_costs and figures.cost_usd is not None:
            cost += f" and {figures.unknown_costs} unknown costs"
        counts = [f"{getattr(figures, status)} {status}" for status in LLMRun.Status.values]
        self._screen.progress(", ".join([*counts, cost]))
        return figures

    def _say_left_out(self, left_out: Counter[LeftOut]) -> None:
        for reason, count in left_out.items():
            if count:
                self._screen.say(f"{count} left out: they {LEFT_OUT[reason]}.")


class _Screen:
    """Sentences, and one line that changes; where nobody looks, a line for each change."""

    def __init__(self, output: Any) -> None:
        self._output = output
        self._shown = ""
        self._is_line_open = False

    def progress(self, line: str) -> None:
        if line == self._shown:
            return
        self._shown = line
        if self._output.isatty():
            # Over the last line, and nothing behind it.
            self._output.write(f"\r{line}\x1b[K", ending="")
            self._output.flush()
            self._is_line_open = True
        else:
            self._output.write(line)

    def say(self, sentence: str) -> None:
        if self._is_line_open:
            self._output.write("")
            self._is_line_open = False
        self._output.write(sentence)


def _is_open(figures: Metrics) -> bool:
    return figures.queued + figures.running > 0


def _url(llm_action: LLMAction) -> str:
    query = urlencode({"trigger": LLMRun.Trigger.BULK.value, "action": llm_action.pk})
    base = getattr(django_settings, "WAGTAILADMIN_BASE_URL", None) or ""
    return f"{base}{reverse('wagtail_llm_actions:history')}?{query}"
