"""Actions for the forms of the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.factories import LLMActionFactory, PromptTemplateFactory
from wagtail_llm_actions.compat import content_type_of

if TYPE_CHECKING:
    from wagtail_llm_actions.models import LLMAction


def action_for(model_class: type[Any], text: str = "{{ input }}", **values: Any) -> LLMAction:
    """Return an action of a page or snippet type that sends ``text``."""
    llm_action: LLMAction = LLMActionFactory(
        model_type=content_type_of(model_class),
        prompt_template=PromptTemplateFactory(text=text),
        **values,
    )
    return llm_action


def page_action(source: str = "intro", text: str = "{{ input }}") -> LLMAction:
    """Return an action that fills the summary of a post."""
    llm_action: LLMAction = LLMActionFactory(
        source=source, prompt_template=PromptTemplateFactory(text=text)
    )
    return llm_action
