"""Build the row of a run from an action and an object: everything that will be sent."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from wagtail_llm_actions import fields
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.errors import InvalidInput
from wagtail_llm_actions.fields import Item
from wagtail_llm_actions.models import LLMAction, LLMRun
from wagtail_llm_actions.runs.findings import sees_images
from wagtail_llm_actions.runs.redaction import set_retention_mode
from wagtail_llm_actions.runs.request.image import check_models, sent_image
from wagtail_llm_actions.runs.request.prompt import build_prompt, read_source
from wagtail_llm_actions.runs.request.rules import rules_of
from wagtail_llm_actions.runs.request.variables import (
    field_label,
    item_text,
    language_code,
    readable_text,
    title,
)
from wagtail_llm_actions.spending.estimates import estimate_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db import models

    from wagtail_llm_actions.conf import ModelSettings
    from wagtail_llm_actions.permissions import User
    from wagtail_llm_actions.runs.request.fitting import Prompt


def build_run(
    llm_action: LLMAction,
    instance: models.Model,
    *,
    trigger: LLMRun.Trigger,
    source_text: str = "",
    form_fields: Collection[str] | None = None,
    instruction: str = "",
    item_id: str = "",
    user: User | None = None,
) -> tuple[LLMRun, InvalidInput | None]:
    """Return a run that is not saved yet, and why it cannot be sent, if it cannot.

    Args:
        llm_action: May be an unsaved one, as its form holds it for a playground run.
        instance: The page or snippet with the form's unsaved values; may have no id.
        trigger: What started the run.
        source_text: Replaces the content of the source field.
        form_fields: The names of the fields that the user's form shows; a template reads no others.
            ``None`` for all.
        instruction: What the user typed for this run.
        item_id: Of the blocks or rows that the destination names, the one.
        user: Who started it, for whom an image is sent that they may choose; ``None`` for the site.
    """
    run = LLMRun(
        action=None if llm_action.pk is None else llm_action,
        action_label=llm_action.label,
        prompt_template_revision_id=llm_action.prompt_template.latest_revision_id,
        target_content_type_id=llm_action.model_type_id,
        target_object_id=None if instance._state.adding else str(instance.pk),
        target_label="" if instance._state.adding and source_text else title(instance)[:255],
        source_path=llm_action.source,
        field_path=llm_action.destination,
        item_id=item_id,
        field_label=field_label(type(instance), llm_action.destination),
        language_code=language_code(instance),
        user=user,  # type: ignore[misc]
        trigger=trigger,
        instruction=instruction,
        write_mode=_write_mode(llm_action, type(instance)),
        check_facts=llm_action.check_facts,
        model_key=llm_action.model,
        fallback_model_key=llm_action.fallback_model,
        temperature=llm_action.temperature,
        max_tokens=llm_action.max_tokens,
    )
    set_retention_mode(run, llm_action)
    try:
        _fill_request(run, llm_action, instance, source_text, form_fields)
    except InvalidInput as error:
        return run, error
    return run, None


def _fill_request(
    run: LLMRun,
    llm_action: LLMAction,
    instance: models.Model,
    source_text: str,
    form_fields: Collection[str] | None,
) -> None:
    model = get_settings().models.get(llm_action.model)
    if model is None:
        raise InvalidInput(InvalidInput.Reason.UNKNOWN_MODEL, llm_action.model)
    run.provider_name, run.request_model = model.provider, model.name
    is_test = run.trigger == LLMRun.Trigger.TEST
    item = Item(run.field_path, run.item_id)
    if llm_action.only_when_empty and not is_test and item_text(instance, item):
        raise InvalidInput(InvalidInput.Reason.NOT_EMPTY, run.field_label)
    if fields.is_image(type(instance), llm_action.source):
        check_models(run)
        run.image = sent_image(instance, llm_action.source, run.user, item)
        text = readable_text(instance, llm_action.source, form_fields, item=item)
        source = source_text or text or ""
    else:
        source = source_text or read_source(instance, llm_action.source, form_fields, item=item)
    run.source_hash = hashlib.sha256(source.encode()).hexdigest()
    rules = rules_of(llm_action, instance, source=source, instruction=run.instruction)
    run.rules = rules.as_json()
    prompt = build_prompt(
        text=llm_action.prompt_template.text,
        system_instructions=llm_action.prompt_template.system_instructions,
        instance=instance,
        source=source,
        destination=llm_action.destination,
        instruction=run.instruction,
        form_fields=form_fields,
        model=model,
        fallback=get_settings().models.get(llm_action.fallback_model),
        cheaper=(cheaper := _cheaper_model(run, llm_action)),
        max_tokens=llm_action.max_tokens,
        rules=rules,
        has_image=run.image is not None,
        is_own=run.source_path == run.field_path,
    )
    run.system_instructions = prompt.system_instructions
    run.prompt = prompt.text
    run.truncated_chars = prompt.truncated_chars
    run.source_chars = len(source) - prompt.truncated_chars
    if not is_test and (estimate := estimate_of(llm_action)):
        run.estimated_cost_usd = estimate.cost_usd(run.source_chars)
    if prompt.fallback:
        run.fallback_request = {
            "system_instructions": prompt.fallback.system_instructions,
            "prompt": prompt.fallback.text,
            "truncated_chars": prompt.fallback.truncated_chars,
        }
    run.cheaper_request = _cheaper_request(cheaper, prompt)
    own = (
        set() if source_text else fields.names_read(type(instance), llm_action.source, form_fields)
    )
    run.read_fields = sorted(own | prompt.read_fields)


def _write_mode(llm_action: LLMAction, model: type[models.Model]) -> str:
    """Return the mode of the action; an answer that names what it changes can only replace it."""
    adapter = fields.adapter_at(model, llm_action.destination)
    changes = adapter is not None and adapter.reads_own_field
    return LLMAction.WriteMode.REPLACE if changes else llm_action.write_mode


def _cheaper_model(run: LLMRun, llm_action: LLMAction) -> ModelSettings | None:
    """Return the model that a budget may ask for; a test is of the model in its form."""
    if run.trigger == LLMRun.Trigger.TEST:
        return None
    model = get_settings().models.get(llm_action.cheaper_model)
    return None if model and run.image and not sees_images(model) else model


def _cheaper_request(model: ModelSettings | None, prompt: Prompt) -> dict[str, object] | None:
    """Return the columns of a run that are others for the cheaper model; none where it takes no prompt."""
    if model is None or prompt.cheaper is None:
        return None
    return {
        "model_key": model.key,
        "provider_name": model.provider,
        "request_model": model.name,
        "prompt": prompt.cheaper.text,
        "system_instructions": prompt.cheaper.system_instructions,
        "truncated_chars": prompt.cheaper.truncated_chars,
    }
