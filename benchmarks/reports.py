"""The reports and lists of a site with few and with many runs, asked in turns.

One process asks both databases through Django's test client, so that no web server stands between;
what is counted is its processor time, with that of the database's server, and the time until the answer.
"""

from __future__ import annotations

import gc
import statistics
import time
import uuid
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import StringIO
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.db import ProgrammingError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import GroupPagePermission, Page

from benchmarks.database_cpu import database_clock
from benchmarks.fill import fill
from benchmarks.report import Section, Table
from benchmarks.site.urls import EMPTY_ADMIN_PAGE
from tests.factories import AdminFactory, UserFactory
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.reporting.period import Period, today
from wagtail_llm_actions.reporting.rollups import refresh

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from benchmarks.options import Options
    from benchmarks.rig import Rig

ROWS, QUICK_ROWS = (10_000, 1_000_000), (500, 1_000)
ROUNDS = 5
HISTORY = "/admin/reports/llm-history/"
USAGE = "/admin/reports/llm-usage/"
CUSTOM = "period=custom&to={today}&from="
EXPORTED = ("runs", "costs", "actions", "users", "error-patterns")
PATHS = {
    "history: first page": HISTORY,
    "history: last page": f"{HISTORY}?p=last",
    "filter: status": f"{HISTORY}?status=failed",
    "filter: page type": f"{HISTORY}?page_type={{type}}",
    "filter: model": f"{HISTORY}?model_key={{model}}",
    "filter: user with a tenth": f"{HISTORY}?user={{user}}",
    "filter: action with a tenth": f"{HISTORY}?action={{action}}",
    "filter: page by number": f"{HISTORY}?page={{page}}",
    "filter: page by title": f"{HISTORY}?page=lighthouse",
    "filter: title that nothing has": f"{HISTORY}?page=zzz",
    "filter: decision": f"{HISTORY}?status=succeeded&decision=accepted&decision=edited",
    "filter: error": f"{HISTORY}?error_code=timeout",
    "filter: what no run has": f"{HISTORY}?user={{user}}&status=failed&decision=accepted",
    "search: common word": f"{HISTORY}?text=lighthouse",
    "search: nothing found": f"{HISTORY}?text=zzz",
    "filter: trigger": f"{HISTORY}?trigger=bulk",
    "filter: 30 days, failed": f"{HISTORY}?status=failed&queued_at_from={{since_30}}",
    "usage: 7 days": f"{USAGE}?period=7",
    "usage: 30 days": f"{USAGE}?period=30",
    "usage: 90 days": f"{USAGE}?period=90",
    "usage: 365 days": f"{USAGE}?{CUSTOM}{{since_365}}",
    "usage: two years": f"{USAGE}?{CUSTOM}{{since_731}}",
    **{
        f"figures as CSV: {table}, 365 days": f"{USAGE}export/{table}/?{CUSTOM}{{since_365}}&export=csv"
        for table in EXPORTED
    },
    "figures as XLSX: users, 365 days": f"{USAGE}export/users/?{CUSTOM}{{since_365}}&export=xlsx",
    "actions list": "/admin/llm/actions/",
    "models page": "/admin/llm/models/",
    "home page": "/admin/",
}


class Queries(NamedTuple):
    """Of one answer."""

    total: int = 0
    wagtail: int = 0
    """Those that an empty page of Wagtail's admin takes too: the session, the user, the menu."""


class Request(NamedTuple):
    """What is asked of one database."""

    send: Callable[[], object]
    of_wagtail: Counter[str]
    """The queries of an empty page of Wagtail's admin for the same user, without the package's own."""


@dataclass(kw_only=True)
class Samples:
    """Of one row of the table, by the number of runs."""

    seconds: dict[int, list[float]] = field(default_factory=dict)
    cpu_seconds: dict[int, list[float]] = field(default_factory=dict)
    queries: Queries = field(default_factory=Queries)
    """The most of one answer."""

    def cells(self, rows: Sequence[int]) -> list[str]:
        """Return medians in milliseconds and of their ratios, the same of the CPU, and the queries."""
        cells = []
        for times in (self.seconds, self.cpu_seconds):
            before, after = (times[count] for count in rows)
            ratios = (b / a for a, b in zip(before, after, strict=True))
            cells += [
                *(f"{1_000 * statistics.median(each):.0f}" for each in (before, after)),
                f"{statistics.median(ratios):.1f}",
            ]
        return [*cells, *map(str, self.queries)]


def run(rig: Rig, options: Options) -> Section:
    """Ask for each screen, few and many runs in turns: A B B A."""
    rows = options.rows or options.pick(ROWS, QUICK_ROWS)
    rounds = options.rounds_or(ROUNDS)
    with _databases(rows, options.folder) as use:
        asked = {count: _prepare(use, count) for count in rows}
        names = list(asked[rows[0]])
        samples = {name: Samples() for name in names}
        for name in names:
            for number in range(-1, rounds):
                for count in rows if number % 2 else rows[::-1]:
                    use(count)
                    # Not counted in the first round: it warms the caches up.
                    _ask(asked[count][name], samples[name], count, is_counted=number >= 0)
    few, many = (f"{count:,}" for count in rows)
    table = Table(
        title=f"Milliseconds with {few} and {many} runs, on {connection.display_name}",
        columns=[
            "request",
            few,
            many,
            "ratio",
            f"CPU, {few}",
            f"CPU, {many}",
            "CPU ratio",
            "queries",
            "of Wagtail",
        ],
        rows=[[name, *each.cells(rows)] for name, each in samples.items()],
        notes=[
            f"Medians of {rounds} pairs; the ratio is the median of the pairs' ratios. CPU is that of the "
            "process that asks and of the database's server. The goal is a ratio of 3 and 15 queries. Among "
            "them are those of Wagtail, which an empty page of its admin takes too: the session, the user, the menu. "
            "Python's garbage is collected before each request.",
        ],
    )
    return Section(title="Reports and lists after two years", tables=[table])


@contextmanager
def _databases(rows: Sequence[int], folder: Path | None) -> Iterator[Callable[[int], None]]:
    """Fill a database for each number of runs; yield what makes one of them the default."""
    first = connection.settings_dict["NAME"]
    names = {
        count: f"{folder / str(count)}.sqlite3" if folder else f"{first}_{count}" for count in rows
    }

    def use(count: int) -> None:
        connection.close()
        connection.settings_dict["NAME"] = names[count]
        connection.ensure_connection()

    try:
        for count in rows:
            if connection.vendor != "sqlite":
                _create(names[count])
        for count in rows:
            use(count)
            fill(count)
            # As a worker does, a second per minute.
            refresh()
        yield use
    finally:
        connection.close()
        connection.settings_dict["NAME"] = first


def _create(name: str) -> None:
    # A server of one's own has it from the last time.
    with suppress(ProgrammingError), connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)}")


def _prepare(use: Callable[[int], None], count: int) -> Mapping[str, Request]:
    """Return the requests to one database, by the names of their rows."""
    use(count)
    columns = {
        "type": "target_content_type",
        "model": "model_key",
        "user": "user",
        "action": "action",
        "page": "target_object_id",
    }
    values: dict[str, Any] = {name: _most_frequent(column) for name, column in columns.items()}
    # The keys of models have signs of their own.
    values = {name: quote(str(value)) for name, value in values.items()}
    values |= {f"since_{days}": Period.last_days(days).start for days in (30, 365, 731)}
    values["today"] = today()
    admin, reader = _client(AdminFactory(username=uuid.uuid4().hex)), _client(_reader())
    asked = {name: _get(admin, path.format(**values)) for name, path in PATHS.items()}
    asked["history: first page, reader without edit rights"] = _get(reader, HISTORY)
    asked["history: first page, of editable pages only"] = _get(_client(_section_editor()), HISTORY)
    asked["`llm_actions_usage --days 365`"] = Request(
        lambda: call_command("llm_actions_usage", days=365, stdout=StringIO()), Counter()
    )
    return asked


def _most_frequent(column: str) -> object:
    newest = LLMRun.objects.exclude(**{column: None}).order_by("-queued_at")
    return statistics.mode(newest.values_list(column, flat=True)[:2_000])


def _reader() -> User:
    # A database that is used again has those of earlier rounds.
    reader: User = UserFactory(username=uuid.uuid4().hex)
    reader.user_permissions.set(
        Permission.objects.filter(codename__in=["access_admin", "view_llmrun"])
    )
    return reader


def _section_editor() -> User:
    """Return a user who reads no runs but those on pages, all of which they may edit."""
    group = Group.objects.create(name=uuid.uuid4().hex)
    group.permissions.set(
        Permission.objects.filter(codename__in=["access_admin", "view_editable_llmrun"])
    )
    GroupPagePermission.objects.create(
        group=group,
        page=Page.get_first_root_node(),
        permission=Permission.objects.get(
            codename="change_page", content_type__app_label="wagtailcore"
        ),
    )
    user: User = UserFactory(username=uuid.uuid4().hex)
    user.groups.set([group])
    return user


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _get(client: Client, path: str) -> Request:
    def get() -> object:
        response = client.get(path)
        if response.status_code != 200:  # noqa: PLR2004
            msg = f"{path}: {response.status_code}"
            raise RuntimeError(msg)
        return b"".join(response) if response.streaming else response.content

    with CaptureQueriesContext(connection) as queries:
        client.get(reverse(EMPTY_ADMIN_PAGE))
    statements = _statements(queries)
    own = {sql: count for sql, count in statements.items() if LLMRun._meta.app_label in sql}
    return Request(get, statements - Counter(own))


def _statements(queries: CaptureQueriesContext) -> Counter[str]:
    return Counter(query["sql"] for query in queries)


def _ask(request: Request, samples: Samples, count: int, *, is_counted: bool) -> None:
    database_time = database_clock()

    def cpu_time() -> float:
        return time.process_time() + database_time()

    # Else one request in three pays for the objects of those before it, of the other database too.
    gc.collect()
    with CaptureQueriesContext(connection) as queries:
        before, cpu_before = time.perf_counter(), cpu_time()
        request.send()
        seconds, cpu = time.perf_counter() - before, cpu_time() - cpu_before
    if is_counted:
        samples.seconds.setdefault(count, []).append(seconds)
        samples.cpu_seconds.setdefault(count, []).append(cpu)
        of_wagtail = (_statements(queries) & request.of_wagtail).total()
        samples.queries = max(samples.queries, Queries(len(queries), of_wagtail))
