"""Fill a database with two years of a busy site: ``python -m benchmarks.fill 1000000 --sqlite site.sqlite3``.

The file is made where it does not exist. Without ``--sqlite``, the database is that of the environment,
as in ``tests/settings.py``. Where there are runs already, nothing is done.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str]) -> None:
    """Migrate the database and fill it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fill", description=__doc__)
    parser.add_argument("runs", type=int)
    parser.add_argument("--sqlite", help="the file of the database")
    chosen = parser.parse_args(arguments)
    if chosen.sqlite:
        os.environ["TEST_DATABASE_NAME"] = chosen.sqlite
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.site.settings")
    django.setup()
    fill(chosen.runs)


def fill(runs: int) -> None:
    """Migrate the default database, and fill it unless it has runs."""
    from django.core.management import call_command  # noqa: PLC0415 - needs Django to be set up

    from benchmarks.busy_site import make_site  # noqa: PLC0415
    from benchmarks.two_years import make_runs  # noqa: PLC0415
    from wagtail_llm_actions.models import LLMRun  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    if not LLMRun.objects.exists():
        make_runs(make_site(), runs, until=datetime.now(UTC))


if __name__ == "__main__":
    main(sys.argv[1:])
