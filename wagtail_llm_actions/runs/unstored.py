"""Texts of runs that store nothing: encrypted in a cache until an editor has decided, or a day has passed.

The row of such a run is a redacted one from the first write. What a worker sends and an editor reads
is in the cache that ``RETENTION`` names, with a key that is made of ``SECRET_KEY`` and the run's id:
no backup of the database or the cache shows a text.
"""

from __future__ import annotations

import base64
import json
import logging
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.cache import caches
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.locmem import LocMemCache
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.errors import ProviderError, TextsLost
from wagtail_llm_actions.models import LLMRun, RedactionReason, RetentionMode
from wagtail_llm_actions.models.run_queryset import NO_TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from uuid import UUID

    from cryptography.fernet import Fernet
    from django.core.cache.backends.base import BaseCache

    from wagtail_llm_actions.conf import Settings
    from wagtail_llm_actions.models.run_queryset import LLMRunQuerySet

logger = logging.getLogger(__name__)

FORM_LIFETIME = timedelta(days=1)
"""A text that nobody has decided on by then is in no form any more."""
UNSTORED: Mapping[str, Any] = {**NO_TEXTS, "target_label": ""}
"""The columns that stay empty: a title is content too."""
_SALT = "wagtail_llm_actions.runs.unstored"


def is_unstored(run: LLMRun) -> bool:
    """Return whether the texts of a run are not stored."""
    return run.retention_mode == RetentionMode.NOTHING


@contextmanager
def left_out(runs: Iterable[LLMRun]) -> Iterator[None]:
    """Let those of the runs that store nothing be saved without their texts; the instances keep them."""
    unstored = [run for run in runs if is_unstored(run)]
    texts = [_texts(run) for run in unstored]
    for run in unstored:
        _set(run, UNSTORED)
        run.redacted_at, run.redaction_reason = run.queued_at, RedactionReason.NEVER
    try:
        yield
    finally:
        for run, values in zip(unstored, texts, strict=True):
            _give(run, values)


def hold(runs: Iterable[LLMRun]) -> None:
    """Put the texts of those of the runs that store nothing into the cache.

    Raises:
        TextsLost: The cache does not take them.
    """
    _write({run.pk: _texts(run) for run in runs if is_unstored(run)})


def withhold(run_id: UUID, values: Mapping[str, Any]) -> dict[str, Any]:
    """Put the texts among new values of a run's columns into the cache; return the other values.

    Where the cache does not take them, they are lost. A run that ends without a text needs none, nor
    does one whose texts are gone from the cache: what it is about may have been deleted meanwhile.
    """
    texts = {name: value for name, value in values.items() if name in UNSTORED}
    if "output" in texts and not (texts["output"] or texts["removed"]):
        discard([run_id])
    elif held := _read([run_id]).get(run_id):
        with suppress(TextsLost):
            _write({run_id: {**held, **texts}})
    return {name: value for name, value in values.items() if name not in texts}


def restore(runs: Iterable[LLMRun]) -> None:
    """Give runs that store nothing their texts, unless an editor has decided."""
    undecided = LLMRun.Decision.NONE
    missing = {
        run.pk: run
        for run in runs
        if is_unstored(run) and run.redacted_at and run.decision == undecided
    }
    for run_id, texts in _read(missing).items():
        _give(missing[run_id], texts)


def has_lost_text(run: LLMRun) -> bool:
    """Return whether there is nothing to decide on, as the cache has lost the text; after ``restore``."""
    is_proposal = run.status == LLMRun.Status.SUCCEEDED and run.decision == LLMRun.Decision.NONE
    return is_proposal and run.redaction_reason == RedactionReason.NEVER


def restore_request(run: LLMRun) -> None:
    """Give a run that a worker has claimed its texts.

    Raises:
        TextsLost: The cache does not have them any more.
    """
    restore([run])
    if is_unstored(run) and run.redacted_at:
        raise TextsLost


def discard(run_ids: Iterable[UUID]) -> None:
    """Delete the texts of runs from the cache, where they are in it."""
    if keys := [_key(run_id) for run_id in run_ids]:
        try:
            _cache().delete_many(keys)
        except Exception:
            logger.exception("The texts of %d runs are left to the cache to expire", len(keys))


def discard_all(runs: LLMRunQuerySet) -> None:
    """Delete the texts of those of some runs from the cache that store nothing, whatever their status."""
    unstored = runs.filter(retention_mode=RetentionMode.NOTHING)
    discard(unstored.values_list("pk", flat=True))


@contextmanager
def without_detail(run: LLMRun) -> Iterator[None]:
    """Forget the words of a provider about an error of a run that stores nothing: they may quote it."""
    try:
        yield
    except ProviderError as error:
        if is_unstored(run):
            error.detail = ""
        raise


def loggable(run: LLMRun, error: Exception) -> Exception:
    """Return what is logged of an unexpected error: where texts are not kept, not its words, which may quote them."""
    if run.retention_mode == RetentionMode.KEEP:
        return error
    return RuntimeError(type(error).__name__).with_traceback(error.__traceback__)


def problem(settings: Settings) -> str:
    """Return what a site with these settings lacks to store nothing, as a sentence; empty for nothing."""
    try:
        import cryptography  # noqa: F401, PLC0415 - an extra
    except ImportError:
        return _("Texts that are not stored are encrypted, and “cryptography” is not installed.")
    name = settings.retention.cache
    if isinstance(caches[name], DummyCache):
        sentence = _("The cache “%(name)s”, which would hold the texts, keeps nothing.")
    elif is_in_memory(settings) and not import_string(settings.queue).executes_here:
        sentence = _(
            "The cache “%(name)s”, which would hold the texts, is one of each process: a worker would not find "
            "them."
        )
    else:
        return ""
    return sentence % {"name": name}


def is_in_memory(settings: Settings) -> bool:
    """Return whether each process has a cache of its own."""
    return isinstance(caches[settings.retention.cache], LocMemCache)


def _texts(run: LLMRun) -> dict[str, Any]:
    return {name: getattr(run, name) for name in UNSTORED}


def _set(run: LLMRun, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(run, name, value)


def _give(run: LLMRun, texts: Mapping[str, Any]) -> None:
    _set(run, {**texts, "redacted_at": None, "redaction_reason": ""})


def _cache() -> BaseCache:
    return caches[get_settings().retention.cache]


def _key(run_id: UUID) -> str:
    return f"llm-actions:unstored:{run_id}"


def _fernet(run_id: UUID) -> Fernet:
    from cryptography.fernet import Fernet  # noqa: PLC0415 - an extra

    key = salted_hmac(_SALT, str(run_id), algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))


def _write(texts: Mapping[UUID, Mapping[str, Any]]) -> None:
    entries = {
        _key(run_id): _fernet(run_id).encrypt(json.dumps(values).encode())
        for run_id, values in texts.items()
    }
    if not entries:
        return
    try:
        refused = _cache().set_many(entries, FORM_LIFETIME.total_seconds())
    except Exception:
        # Each cache has errors of its own.
        logger.exception("The cache did not take the texts of %d runs", len(entries))
        raise TextsLost from None
    if refused:
        raise TextsLost


def _read(run_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    keys = {_key(run_id): run_id for run_id in run_ids}
    if not keys:
        return {}
    try:
        entries = _cache().get_many(keys)
    except Exception:
        logger.exception("The cache did not give the texts of %d runs", len(keys))
        return {}
    return {
        keys[key]: texts for key, entry in entries.items() if (texts := _open(keys[key], entry))
    }


def _open(run_id: UUID, entry: bytes) -> dict[str, Any] | None:
    from cryptography.fernet import InvalidToken  # noqa: PLC0415 - an extra

    try:
        texts: dict[str, Any] = json.loads(_fernet(run_id).decrypt(entry))
    except InvalidToken:  # ``SECRET_KEY`` is another one by now.
        return None
    return texts
