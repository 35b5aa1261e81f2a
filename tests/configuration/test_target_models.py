"""The models that actions can be defined for."""

from __future__ import annotations

from example_site.blog.models import Author, BlogIndexPage, BlogPage, HomePage
from tests.notices.models import Memo, Notice, Rating
from wagtail_llm_actions.configuration.target_models import target_models


def test_actions_are_for_page_types_that_can_be_created_and_for_snippets() -> None:
    models = [model for model in target_models() if not issubclass(model, Memo)]

    assert models == [Author, BlogIndexPage, BlogPage, HomePage, Notice, Rating]
