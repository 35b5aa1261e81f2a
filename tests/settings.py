"""Settings for the tests: the example site's content types on a throw-away database.

``TEST_DATABASE_ENGINE=postgresql`` chooses the PostgreSQL server that libpq's variables name, and
``mysql`` the MariaDB or MySQL server that listens on the socket ``TEST_DATABASE_HOST``.
``TEST_DATABASE_NAME`` names the database itself, for a process that a test starts to work on the
test's own database; ``TEST_SETTINGS`` holds, as JSON, the settings that this test has changed.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

TEMPORARY = Path(tempfile.gettempdir())

SECRET_KEY = "tests"  # noqa: S105
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "tests.urls"
USE_TZ = True
TIME_ZONE = "Europe/Paris"
LANGUAGE_CODE = "en"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_URL = "/static/"
DATA_DIR = TEMPORARY / "llm-actions"  # example_site.blog keeps its passwords there.
MEDIA_URL = "/media/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

INSTALLED_APPS = [
    "wagtail_llm_actions",
    "example_site.blog",
    "tests.notices",
    "tests.voyages",
    "tests.ports",
    "tests.oddities",
    "django_rq",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.contrib.table_block",
    "wagtail.contrib.typed_table_block",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES: dict[str, dict[str, Any]]
if os.environ.get("TEST_DATABASE_ENGINE") == "postgresql":
    INSTALLED_APPS.append("django.contrib.postgres")
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ.get("TEST_DATABASE_NAME", "llm_actions"),
        },
    }
elif os.environ.get("TEST_DATABASE_ENGINE") == "mysql":
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.mysql",
            "NAME": os.environ.get("TEST_DATABASE_NAME", "llm_actions"),
            "USER": "root",
            "HOST": os.environ["TEST_DATABASE_HOST"],
        },
    }
else:
    # A file, because threads, worker processes and browser tests all open the same database.
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ.get("TEST_DATABASE_NAME", TEMPORARY / "llm-actions.sqlite3"),
            "TEST": {"NAME": TEMPORARY / f"llm-actions-{os.getpid()}.sqlite3"},
            "OPTIONS": {
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
                "transaction_mode": "IMMEDIATE",
            },
        },
    }

# Wagtail's index of references and that of its search cost more than half of saving a page, and no
# test asks for them.
TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}

# Django 6.1 wants to be told; those before have the same while tests run.
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}

WAGTAIL_SITE_NAME = "Tests"
WAGTAILADMIN_BASE_URL = "http://localhost"

WAGTAIL_LLM_ACTIONS = {
    "PROVIDERS": {
        "test": {"BACKEND": "wagtail_llm_actions.providers.testing.ScriptedProvider"},
    },
    "MODELS": {
        "scripted": {"PROVIDER": "test", "NAME": "scripted", "LABEL": "Scripted"},
    },
}

globals().update(json.loads(os.environ.get("TEST_SETTINGS", "{}")))
