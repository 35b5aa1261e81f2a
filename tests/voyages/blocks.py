"""Blocks of every kind, as Wagtail has them and as sites make them."""

from __future__ import annotations

from wagtail import blocks
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.embeds.blocks import EmbedBlock
from wagtail.images.blocks import ImageBlock, ImageChooserBlock
from wagtail.snippets.blocks import SnippetChooserBlock


class HeadingBlock(blocks.StructBlock):
    """A heading with its level, as in Wagtail's own demo site."""

    heading_text = blocks.CharBlock()
    size = blocks.ChoiceBlock(choices=[("", "Size"), ("h2", "H2"), ("h3", "H3")], required=False)


class QuoteBlock(blocks.StructBlock):
    """Text and who said it."""

    quote = blocks.TextBlock()
    author = blocks.CharBlock(required=False)


class StopBlock(blocks.StructBlock):
    """Values that mean little without their labels."""

    harbour = SnippetChooserBlock("notices.Harbour", required=False)
    arrives = blocks.DateBlock(required=False)
    berth = blocks.IntegerBlock(required=False)
    kind = blocks.ChoiceBlock(
        choices=[("day", "For a day"), ("night", "Overnight")], required=False
    )
    is_free = blocks.BooleanBlock(required=False, label="Free of charge")


class SectionBlock(blocks.StructBlock):
    """Has a stream of its own."""

    title = blocks.CharBlock(required=False)
    content = blocks.StreamBlock(
        [
            ("paragraph", blocks.RichTextBlock()),
            ("quote", QuoteBlock()),
            ("image", ImageChooserBlock()),
        ],
        required=False,
    )


class TideBlock(blocks.StructBlock):
    """A block that a site could read in a way of its own."""

    time = blocks.CharBlock()


class LogBlock(blocks.StreamBlock):
    """The log of a voyage."""

    heading = blocks.CharBlock()
    h4 = blocks.CharBlock()
    sized_heading = HeadingBlock()
    line = blocks.CharBlock()
    text = blocks.TextBlock()
    paragraph = blocks.RichTextBlock()
    block_quote = blocks.BlockQuoteBlock()
    quote = QuoteBlock()
    points = blocks.ListBlock(blocks.CharBlock())
    quotes = blocks.ListBlock(QuoteBlock())
    stop = StopBlock()
    section = SectionBlock()
    html = blocks.RawHTMLBlock()
    line_of_stars = blocks.StaticBlock(admin_text="Stars")
    table = TableBlock()
    typed_table = TypedTableBlock(
        [
            ("text", blocks.CharBlock()),
            ("rich", blocks.RichTextBlock()),
            ("day", blocks.DateBlock()),
        ]
    )
    image = ImageChooserBlock()
    image_with_alt_text = ImageBlock()
    page = blocks.PageChooserBlock()
    document = DocumentChooserBlock()
    embed = EmbedBlock()
    link = blocks.URLBlock()
    days = blocks.MultipleChoiceBlock(choices=[("mo", "Monday"), ("tu", "Tuesday")])
    tide = TideBlock()
