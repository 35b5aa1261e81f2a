"""Pages of the history that go on from a run, not from a number: each is as quick as the first.

A page of an address stays the same when new runs come. Where filters ask for more than an index can
answer, a page reads no more than ``MAX_SEARCHED_RUNS`` runs, and the next one goes on behind them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, Self, cast
from uuid import UUID

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Count, F, IntegerField, Max, Min, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin.paginator import WagtailPaginator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.models import QuerySet

    from wagtail_llm_actions.models import LLMRun
    from wagtail_llm_actions.models.run_queryset import LLMRunQuerySet

MAX_COUNTED_RUNS = 10_000
"""More runs than these are not counted."""
MAX_SEARCHED_RUNS = 5_000
"""Of which one page shows those that fit."""
BEFORE, AFTER, LAST = "before", "after", "last"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_POSITION = re.compile(f"({BEFORE}|{AFTER})-([0-9]{{1,16}})-([0-9a-f]{{32}})")
_INDEXED = (
    "action",
    "error_code",
    "model_key",
    "status",
    "target_content_type",
    "user",
)


class Position(NamedTuple):
    """A place in the list, which is sorted by these."""

    queued_at: datetime
    pk: UUID

    @classmethod
    def of(cls, run: LLMRun) -> Self:
        """Return the place of a run."""
        return cls(run.queued_at, run.pk)

    def __str__(self) -> str:
        return f"{(self.queued_at - _EPOCH) // timedelta(microseconds=1)}-{self.pk.hex}"

    @classmethod
    def parse(cls, microseconds: str, pk: str) -> Self:
        """Return the place that a text names."""
        return cls(_EPOCH + timedelta(microseconds=int(microseconds)), UUID(pk))


@dataclass(frozen=True, kw_only=True)
class RunPage:
    """Some runs, the newest first, and what the addresses of the pages beside it have as ``p``."""

    object_list: Sequence[LLMRun]
    previous: str | None = None
    next: str | None = None

    def has_other_pages(self) -> bool:
        """Return whether there are other pages."""
        return bool(self.previous or self.next)


class _NumberOf(Subquery):
    """How many rows a query has, of which there may be no more than it is sliced to."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


class RunPaginator(WagtailPaginator):
    """Reads pages of runs.

    Args:
        runs: Those that the filters keep which an index answers, in no order.
        rest: The condition of all other filters; empty for none.
        per_page: The runs of a page.
        readable: Keeps those of some runs that may be found; ``None`` for all of them.
    """

    def __init__(
        self,
        runs: LLMRunQuerySet,
        rest: Q,
        per_page: int,
        readable: Callable[[LLMRunQuerySet], LLMRunQuerySet] | None = None,
    ) -> None:
        super().__init__(runs.order_by("-queued_at", "-pk"), per_page)
        self._runs = runs
        self._rest = rest
        self._readable = readable or (lambda runs: runs)
        self._found = 0
        self._uncounted: LLMRunQuerySet | None = None
        self._searched = 0
        self._is_all = False

    def get_page(self, number: Any) -> RunPage:
        """Return the page of an address; the first one where the text says nothing."""
        match = _POSITION.fullmatch(number or "")
        if match is None:
            return self._oldest() if number == LAST else self._older(None)
        position = Position.parse(match[2], match[3])
        return self._older(position) if match[1] == BEFORE else self._newer(position)

    @cached_property
    def count(self) -> int:
        """The runs that were found, of at most ``MAX_SEARCHED_RUNS`` or ``MAX_COUNTED_RUNS``."""
        if self._rest:
            return self._found if self._uncounted is None else self._uncounted.count()
        return min(self._counted, MAX_COUNTED_RUNS)

    @cached_property
    def _counted(self) -> int:
        return self._first_runs.count()

    @property
    def items_count_label(self) -> str:
        """How many runs there are, as far as this is known."""
        numbers = {
            "count": intcomma(self.count),
            "searched": intcomma(self._searched),
            "runs": self.verbose_name_plural,
        }
        if self._rest and not self._is_all:
            return _("%(count)s of the %(searched)s %(runs)s that were searched") % numbers
        if not self._rest and self._counted > MAX_COUNTED_RUNS:
            return _("more than %(count)s %(runs)s") % numbers
        label: str = super().items_count_label
        return label

    def get_elided_page_range(self, page_number: Any) -> list[int]:
        """Return no numbers: pages have none."""
        return []

    def _older(self, position: Position | None) -> RunPage:
        runs, edge = self._read(position, is_older=True)
        if position and not runs and not edge:
            return self._oldest()
        newest = Position.of(runs[0]) if runs else position
        return RunPage(
            object_list=runs,
            previous=f"{AFTER}-{newest}" if position else None,
            next=f"{BEFORE}-{edge}" if edge else None,
        )

    def _newer(self, position: Position) -> RunPage:
        runs, edge = self._read(position, is_older=False)
        if not edge:
            # The page that begins with the newest run is the first one.
            return self._older(None)
        oldest = Position.of(runs[0]) if runs else position
        return RunPage(
            object_list=runs[::-1], previous=f"{AFTER}-{edge}", next=f"{BEFORE}-{oldest}"
        )

    def _oldest(self) -> RunPage:
        runs, edge = self._read(None, is_older=False)
        return RunPage(object_list=runs[::-1], previous=f"{AFTER}-{edge}" if edge else None)

    def _read(
        self, position: Position | None, *, is_older: bool
    ) -> tuple[list[LLMRun], Position | None]:
        """Return runs from a place on, and from where to go on; ``None`` where nothing is left."""
        order = ("-queued_at", "-pk") if is_older else ("queued_at", "pk")
        runs = _beyond(self._runs, position, is_older=is_older).order_by(*order)
        edge = None
        if self._rest:
            runs, edge = self._search(runs, is_older=is_older)
            self._is_all = position is None and self._searched < MAX_SEARCHED_RUNS
        else:
            # With the page: a query of its own would be the last thing that a reader waits for.
            runs = runs.annotate(counted=_NumberOf(self._first_runs))
        page = list(runs[: self.per_page + 1])
        if page and not self._rest:
            first: Any = page[0]
            self._counted = first.counted
        if self._uncounted is not None and len(page) <= self.per_page:
            self._found, self._uncounted = len(page), None
        if len(page) > self.per_page:
            edge = Position.of(page[self.per_page - 1])
        return page[: self.per_page], edge

    def _search(
        self, runs: LLMRunQuerySet, *, is_older: bool
    ) -> tuple[LLMRunQuerySet, Position | None]:
        """Return those of the first runs that fit, and the place of the last that was looked at."""
        window = (
            runs.select_related(None)
            .defer(None)[:MAX_SEARCHED_RUNS]
            .aggregate(
                searched=Count("pk"),
                found=Count("pk", filter=self._rest),
                edge=Min("queued_at") if is_older else Max("queued_at"),
            )
        )
        self._searched, self._found = window["searched"], window["found"]
        if not self._found:
            found = runs.none()
        else:
            bound = {"queued_at__gte" if is_older else "queued_at__lte": window["edge"]}
            # So that the database begins with the index of the runs, not with that of the rest.
            apart = {f"apart_{name}": Coalesce(F(name), F(name)) for name in _INDEXED}
            fits = runs.filter(**bound).alias(**apart).filter(_apart(self._rest))
            found = self._readable(fits)
            self._uncounted = None if found is fits else found
        if self._searched < MAX_SEARCHED_RUNS:
            return found, None
        # All runs of the same moment belong to the window.
        return found, Position(window["edge"], UUID(int=0 if is_older else 2**128 - 1))

    @property
    def _first_runs(self) -> QuerySet[LLMRun, Any]:
        return self._runs.select_related(None).order_by().values("pk")[: MAX_COUNTED_RUNS + 1]


def _beyond(runs: LLMRunQuerySet, position: Position | None, *, is_older: bool) -> LLMRunQuerySet:
    if position is None:
        return runs
    sign = "lte" if is_older else "gte"
    # The first condition is one that an index can answer.
    return runs.filter(**{f"queued_at__{sign}": position.queued_at}).exclude(
        **{"queued_at": position.queued_at, f"pk__{'gte' if is_older else 'lte'}": position.pk}
    )


def _apart(condition: Q) -> Q:
    """Return the same condition, of the expressions that no index has."""
    children: list[Any] = []
    for child in condition.children:
        if isinstance(child, Q):
            children.append(_apart(child))
        else:
            lookup, value = cast("tuple[str, Any]", child)
            is_indexed = lookup.partition("__")[0] in _INDEXED
            children.append((f"apart_{lookup}" if is_indexed else lookup, value))
    return Q.create(children, condition.connector, condition.negated)
