"""Run the corpus of sandbox escapes and bombs, each in a process of its own, and print what it took.

Usage: python -m benchmarks.template_corpus

Every case has to end in an error, within 1 s and 100 MB above a process that renders nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.prompts.test_allowlist import BOMBS, REFUSED

MAX_MILLISECONDS = 1_000
MAX_MEGABYTES = 100

ONE = """
import json, os, resource, sys, time
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
import django
django.setup()
from wagtail_llm_actions.errors import InvalidInput
from wagtail_llm_actions.prompts.rendering import render, validate
from wagtail_llm_actions.prompts.variables import DESCRIPTIONS
validate("{{ input }}")
results = []
for name, text in json.load(sys.stdin).items():
    if os.fork():
        os.wait()
        continue
    values = dict.fromkeys(DESCRIPTIONS, "word " * 20_000) | {"max_length": 9}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    end = "renders"
    try:
        render(text, values, max_chars=100_000)
    except InvalidInput as error:
        end = f"{error.reason}: {error.detail[:60]}"
    milliseconds = (time.perf_counter() - started) * 1000
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(json.dumps([name, end, milliseconds, grown]), flush=True)
    os._exit(0)
"""


def main() -> int:
    """Print a row for each case; return how many did not end in an error within the limits."""
    corpus = {**REFUSED, **BOMBS}
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", ONE],
        input=json.dumps(corpus),
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    )
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    bad = 0
    for name, end, milliseconds, grown in rows:
        ok = end != "renders" and milliseconds < MAX_MILLISECONDS and grown < MAX_MEGABYTES
        bad += not ok
        print(f"{'' if ok else 'BAD '}{name:40} {milliseconds:8.1f} ms {grown:7.1f} MB  {end}")
    print(f"{len(rows)} of {len(corpus)} cases in {time.perf_counter() - started:.1f} s, {bad} bad")
    return bad + len(corpus) - len(rows)


if __name__ == "__main__":
    sys.exit(main())
