"""What the body of a post is made of."""

from __future__ import annotations

from wagtail import blocks


class QuoteBlock(blocks.StructBlock):
    """A passage set apart, with who said it."""

    text = blocks.TextBlock()
    author = blocks.CharBlock(required=False)

    class Meta:
        """How the block looks in the editor and on the site."""

        icon = "openquote"
        template = "blog/blocks/quote.html"


class BodyBlock(blocks.StreamBlock):
    """Text in the pieces that a writer thinks in; the page's title is its only first-level heading."""

    heading = blocks.CharBlock(icon="title", template="blog/blocks/heading.html")
    paragraph = blocks.RichTextBlock(features=["bold", "italic", "link", "ol", "ul"])
    quote = QuoteBlock()
    points = blocks.ListBlock(
        blocks.CharBlock(label="Point"), icon="list-ul", template="blog/blocks/points.html"
    )
