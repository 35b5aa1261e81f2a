"""Everything that a process of the site loads; for the process that the others are forked from.

What is missing here, each of them loads again: to compile the patterns that answers are read by
takes as long as to start a Python.
"""

from __future__ import annotations

import gc
from importlib import import_module

import django
from django.core.checks import run_checks
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.urls import reverse

django.setup()
for name in (
    "django.contrib.staticfiles.management.commands.runserver",
    "wagtail_llm_actions.management.commands.llm_actions_run",
    "wagtail_llm_actions.management.commands.llm_actions_worker",
    "wagtail_llm_actions.providers.openai.client",
    "wagtail_llm_actions.queues.rq",
    "wagtail_llm_actions.queues.thread",
    "wagtail_llm_actions.streams.database",
    "wagtail_llm_actions.streams.redis",
):
    import_module(name)
import_module("wagtail_llm_actions.tasks").warm_up()
# It imports half of itself with its first client.
import_module("openai").AsyncOpenAI(api_key="none")
# Views and the libraries of templates, URLs, middleware, migrations.
run_checks()
reverse("wagtailadmin_home")
get_wsgi_application()
MigrationLoader(None)
# Checks ask the database what it can do; each child has a database of its own.
connections.close_all()
# What is loaded stays: no child looks through it for garbage, or copies it to do so.
gc.collect()
gc.freeze()
