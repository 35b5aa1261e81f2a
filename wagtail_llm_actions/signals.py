"""Signals about runs and budgets, for the code of a site; see ``docs/extending/signals.md``.

Every signal about a run has the sender ``LLMRun`` and one argument, ``run``: the row as it is stored when the
signal is sent, which is after the change was committed. Receivers run in the process that made the
change: a web process, a worker, or a management command. An exception in a receiver is logged by
Django and changes nothing about the run.
"""

from __future__ import annotations

from django.dispatch import Signal

run_queued = Signal()
"""A run was saved and waits for a worker; sent once, before the queue gets it."""

run_started = Signal()
"""A worker has claimed the run for the first time; not sent again after a requeue."""

run_finished = Signal()
"""A run is succeeded, failed or cancelled; sent once, also for runs that were never queued."""

run_decided = Signal()
"""A decision was recorded, or taken back: ``run.decision`` says which."""

budget_threshold_reached = Signal()
"""Most of a budget is spent (``threshold`` is ``warning``), or its limit is reached (``limit``).

Sent once for each day or month of a budget, with the sender ``LLMBudget`` and the arguments ``budget``,
``period``, which is an ``LLMBudgetPeriod``, and ``threshold``.
"""
