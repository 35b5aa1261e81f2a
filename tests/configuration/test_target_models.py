"""The models that actions can be defined for."""

from __future__ import annotations

from example_site.blog.models import Author, BlogIndexPage, BlogPage, HomePage
from tests.notices.models import Notice
from wagtail_llm_actions.configuration.target_models import target_models


def test_actions_are_for_page_types_that_can_be_created_and_for_snippets() -> None:
    models = target_models()

    assert [model for model in models if model.__module__.startswith("example_site")] == [
        Author,
        BlogIndexPage,
        BlogPage,
        HomePage,
    ]
    assert Notice in models
