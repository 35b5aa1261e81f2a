"""Start a run: from an unsaved object to a row in the database and a place in the queue."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db import IntegrityError, models, transaction

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.errors import InvalidInput, PermissionRefused, QueueUnavailable
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues import get_queue
from wagtail_llm_actions.queues.base import Lane
from wagtail_llm_actions.runs.finish import error_fields, fail_unstarted
from wagtail_llm_actions.runs.permissions import may_edit, offered_actions
from wagtail_llm_actions.runs.prompt import build_prompt, read_source
from wagtail_llm_actions.runs.values import language_code, title

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from wagtail.models import AbstractPage

    from wagtail_llm_actions.models import LLMAction

logger = logging.getLogger(__name__)


def start(
    *,
    llm_action: LLMAction,
    user: Any,
    instance: models.Model,
    parent: AbstractPage | None = None,
    form_key: str = "",
    client_request_id: UUID,
    form_fields: Collection[str] | None = None,
    instruction: str = "",
) -> LLMRun:
    """Record a run of an action on an object and queue it after commit.

    What cannot run is recorded too, as failed: an empty source, a wrong template, a model that is
    not configured, a queue that does not answer.

    Args:
        llm_action: Its source is read from ``instance``.
        user: Who clicked; must be allowed to edit the object.
        instance: The object as the form shows it, with unsaved values; may have no id yet.
        parent: The page under which a new page will stand; only for pages not saved yet.
        form_key: The browser's own id of a create form.
        client_request_id: Of the click; the same id again returns the same run.
        form_fields: The fields of the user's form; a template reads no others.
        instruction: What the user typed for this run.

    Raises:
        PermissionRefused: The user may not run this action on this object; nothing is recorded.
    """
    if existing := LLMRun.objects.filter(user=user, client_request_id=client_request_id).first():
        return existing
    _check_permission(llm_action, user, instance, parent)
    run = _prepare(llm_action, instance, form_fields, instruction)
    run.user = user
    run.form_key = form_key
    run.client_request_id = client_request_id
    try:
        with transaction.atomic():
            run.save(force_insert=True)
            if not run.is_final:
                transaction.on_commit(lambda: _enqueue(run))
    except IntegrityError:
        # A second POST of the same click was faster.
        return LLMRun.objects.get(user=user, client_request_id=client_request_id)
    run.refresh_from_db()
    return run


def _check_permission(
    llm_action: LLMAction, user: Any, instance: models.Model, parent: AbstractPage | None
) -> None:
    offered = offered_actions(user, type(instance)).filter(pk=llm_action.pk)
    if not offered.exists() or not may_edit(user, instance, parent):
        raise PermissionRefused


def _prepare(
    llm_action: LLMAction,
    instance: models.Model,
    form_fields: Collection[str] | None,
    instruction: str,
) -> LLMRun:
    model = type(instance)
    run = LLMRun(
        action=llm_action,
        action_label=llm_action.label,
        prompt_template_revision=llm_action.prompt_template.latest_revision,
        target_content_type=llm_action.model_type,
        target_object_id=None if instance._state.adding else str(instance.pk),
        target_label=title(instance)[:255],
        source_path=llm_action.source,
        field_path=llm_action.destination,
        field_label=field_label(model, llm_action.destination),
        language_code=language_code(instance),
        instruction=instruction,
        model_key=llm_action.model,
        fallback_model_key=llm_action.fallback_model,
        temperature=llm_action.temperature,
        max_tokens=llm_action.max_tokens,
    )
    try:
        _fill_request(run, llm_action, instance, form_fields)
    except InvalidInput as error:
        run.status = LLMRun.Status.FAILED
        run.finished_at = run.queued_at
        for name, value in error_fields(error).items():
            setattr(run, name, value)
    return run


def _fill_request(
    run: LLMRun, llm_action: LLMAction, instance: models.Model, form_fields: Collection[str] | None
) -> None:
    model = get_settings().models.get(llm_action.model)
    if model is None:
        raise InvalidInput(InvalidInput.UNKNOWN_MODEL, llm_action.model)
    run.provider_name = model.provider
    run.request_model = model.name
    source = read_source(
        instance, llm_action.source, field_label(type(instance), llm_action.source)
    )
    run.source_hash = hashlib.sha256(source.encode()).hexdigest()
    prompt = build_prompt(
        text=llm_action.prompt_template.text,
        system_instructions=llm_action.prompt_template.system_instructions,
        instance=instance,
        source=source,
        destination=llm_action.destination,
        instruction=run.instruction,
        form_fields=form_fields,
        model=model,
        max_tokens=llm_action.max_tokens,
    )
    run.system_instructions = prompt.system_instructions
    run.prompt = prompt.text
    run.cut_chars = prompt.cut_chars


def field_label(model: type[models.Model], path: str) -> str:
    """Return a field's label as forms show it, or its path where the model has it no more."""
    try:
        name = model._meta.get_field(path).verbose_name  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return path
    return str(name)[:1].upper() + str(name)[1:]


def _enqueue(run: LLMRun) -> None:
    try:
        get_queue().enqueue(run.pk, Lane.INTERACTIVE)
    except QueueUnavailable as error:
        logger.warning("Run %s could not be queued: %s", run.pk, error)
        fail_unstarted(run.pk, error)
