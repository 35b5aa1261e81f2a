"""Everything that a process of the site imports; for the process that the others are forked from."""

from __future__ import annotations

import gc
from importlib import import_module

import django

django.setup()
for name in (
    "django.core.management.commands.runserver",
    "openai",
    "tests.urls",
    "wagtail_llm_actions.management.commands.llm_actions_run",
    "wagtail_llm_actions.management.commands.llm_actions_worker",
):
    import_module(name)
# What is loaded stays: no child looks through it for garbage, or copies it to do so.
gc.collect()
gc.freeze()
