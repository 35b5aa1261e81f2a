"""What a prompt says by itself about the field that the answer is for."""

from __future__ import annotations

import pytest

from example_site.blog.models import BlogPage
from wagtail_llm_actions import fields
from wagtail_llm_actions.answers.destination import Destination
from wagtail_llm_actions.prompts.destination import describe


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        (
            "title",
            "Answer with plain text on one line, at most 255 characters, only the text itself. "
            "About this field: The page title as you'd like it to be seen by the public",
        ),
        (
            "summary",
            "Answer with plain text, at most 300 characters, only the text itself. "
            "About this field: One or two sentences for cards and feeds.",
        ),
        (
            "search_description",
            "Answer with plain text, only the text itself. About this field: The descriptive text "
            "displayed underneath a headline in search engine results.",
        ),
        ("intro", "Answer with Markdown (bold, italic, links), only the text itself."),
    ],
)
def test_the_sentence_comes_from_the_field(path: str, sentence: str) -> None:
    assert describe(fields.destination_at(BlogPage, path)) == sentence


def test_a_field_for_markdown_is_said_to_take_it() -> None:
    sentence = describe(Destination(is_plain=False))

    assert sentence == "Answer with Markdown, only the text itself."
