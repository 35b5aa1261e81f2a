"""Settings of the example site; the environment says where its parts are.

==================  =====================================================================
``VALKEY_URL``      Valkey or Redis for the queue. Without it, runs use threads.
``LLM_BASE_URL``    The OpenAI-compatible server of the model, such as llama.cpp or Ollama.
``LLM_API_KEY``     Its key, where it wants one.
``OPENAI_API_KEY``  Offers OpenAI's models too, and ``ANTHROPIC_API_KEY`` those of Anthropic.
``OLLAMA_URL``      An Ollama whose models, in ``OLLAMA_MODELS``, are offered too.
``SITE_URL``        How people reach the site; the default is ``http://127.0.0.1:8000``.
``SITE_DEBUG``      ``0`` switches Django's debug mode off.
``SITE_DATA``       Folder of database, logs and passwords; the default is ``var`` here.
==================  =====================================================================
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from example_site import other_models

BASE_DIR = Path(__file__).resolve().parent
DATA_DIR = Path(os.environ.get("SITE_DATA") or BASE_DIR / "var")
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)


def _secret_key() -> str:
    """Return this copy's own key, made at its first start."""
    file = DATA_DIR / "secret_key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    return file.read_text(encoding="utf-8")


VALKEY_URL = os.environ.get("VALKEY_URL")
SITE_URL = os.environ.get("SITE_URL", "http://127.0.0.1:8000")

DEBUG = os.environ.get("SITE_DEBUG", "1") == "1"
SECRET_KEY = _secret_key()
ALLOWED_HOSTS = ["127.0.0.1", "[::1]", "localhost", urlsplit(SITE_URL).hostname or ""]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SESSION_COOKIE_NAME = "example_site_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https:")
X_FRAME_OPTIONS = "SAMEORIGIN"  # Wagtail shows previews in a frame.

INSTALLED_APPS = [
    "wagtail_llm_actions",
    "example_site.blog",
    *(["django_rq"] if VALKEY_URL else []),
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.simple_translation",
    "wagtail.embeds",
    "wagtail.locales",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
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
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "example_site.urls"
WSGI_APPLICATION = "example_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "db.sqlite3",
        # Web server and worker write at the same time.
        "OPTIONS": {
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        },
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if VALKEY_URL:
    RQ_QUEUES = {"llm": {"URL": VALKEY_URL}, "llm_bulk": {"URL": VALKEY_URL}}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = "en-gb"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("en-gb", "English"), ("de", "Deutsch")]
WAGTAIL_I18N_ENABLED = True
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"

# A page's form has a field for every part of every block.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

WAGTAIL_SITE_NAME = "The Long Way Round"
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "odt", "pdf", "txt", "xlsx"]
# Nothing here talks to the outside world.
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None

WAGTAIL_LLM_ACTIONS = {
    "PROVIDERS": {
        "local": {
            "BACKEND": "wagtail_llm_actions.providers.openai.OpenAIProvider",
            "BASE_URL": os.environ.get("LLM_BASE_URL", "http://127.0.0.1:8080/v1"),
            # The SDK insists on a key, also where the server asks for none.
            "API_KEY": os.environ.get("LLM_API_KEY", "none"),
        },
        **other_models.providers(),
    },
    "MODELS": {
        "smollm2": {
            "PROVIDER": "local",
            "NAME": "smollm2",
            "LABEL": "SmolLM2 135M (local)",
            "DESCRIPTION": "Small and quick, on this machine. Good enough to see how things work.",
            "PRICE": {"INPUT": 0, "OUTPUT": 0},
        },
        **other_models.models(),
    },
}
