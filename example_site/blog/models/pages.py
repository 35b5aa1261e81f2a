"""Home, journal and posts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import strip_tags
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import Tag, TaggedItemBase
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.search import index

from example_site.blog.blocks import BodyBlock

if TYPE_CHECKING:
    from django.http import HttpRequest

POSTS_ON_HOME_PAGE = 7
WORDS_PER_MINUTE = 220
MOTIFS = 6


class HomePage(Page):
    """The front of the magazine: what it is, and the newest posts."""

    tagline = models.CharField(max_length=200, blank=True)
    introduction = RichTextField(blank=True, features=["bold", "italic", "link"])

    content_panels = [*Page.content_panels, FieldPanel("tagline"), FieldPanel("introduction")]
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["blog.BlogIndexPage"]
    max_count = 1

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the newest posts, the first of which is shown large."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        posts = BlogPage.newest().descendant_of(self)[:POSTS_ON_HOME_PAGE]
        return context | {"posts": posts, "journal": self.get_children().live().first()}


class BlogIndexPage(Page):
    """All posts, newest first; ``?tag=`` leaves those with one tag."""

    introduction = models.TextField(blank=True, max_length=400)

    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    parent_page_types = ["blog.HomePage"]
    subpage_types = ["blog.BlogPage"]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the posts and the tags that they carry."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        posts = BlogPage.newest().child_of(self)
        tags = Tag.objects.filter(blog_blogpagetag_items__content_object__in=posts)
        tag = tags.filter(slug=request.GET.get("tag", "")).first()
        if tag is not None:
            posts = posts.filter(tags=tag)
        return context | {"posts": posts, "tag": tag, "tags": tags.distinct().order_by("name")}


class BlogPageTag(TaggedItemBase):
    """A tag on a post."""

    content_object = ParentalKey(
        "blog.BlogPage", on_delete=models.CASCADE, related_name="tagged_items"
    )


class BlogPage(Page):
    """A post. Subtitle, summary and search description are what editors love to leave empty."""

    subtitle = models.CharField(max_length=140, blank=True, help_text="Stands under the title.")
    summary = models.TextField(
        max_length=300, blank=True, help_text="One or two sentences for cards and feeds."
    )
    intro = RichTextField("introduction", blank=True, features=["bold", "italic", "link"])
    body = StreamField(BodyBlock(), blank=True)
    date = models.DateField("published on", default=timezone.localdate)
    author = models.ForeignKey(
        "blog.Author", null=True, blank=True, on_delete=models.SET_NULL, related_name="posts"
    )
    tags = ClusterTaggableManager(through=BlogPageTag, blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("subtitle"),
        FieldPanel("summary"),
        FieldPanel("intro"),
        FieldPanel("body"),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("author"), FieldPanel("date")]), FieldPanel("tags")],
            heading="Byline",
        ),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("subtitle"),
        index.SearchField("summary"),
        index.SearchField("intro"),
        index.SearchField("body"),
    ]
    parent_page_types = ["blog.BlogIndexPage"]
    subpage_types: list[str] = []

    @classmethod
    def newest(cls) -> Any:
        """Return the public posts, newest first, with what a card shows."""
        posts = cls.objects.live().public().order_by("-date", "-pk")
        return posts.select_related("author").prefetch_related("tagged_items__tag")

    @property
    def first_tag(self) -> Tag | None:
        """The tag that stands above the title."""
        item = next(iter(self.tagged_items.all()), None)
        return item.tag if item else None

    @property
    def teaser(self) -> str:
        """The summary, or without one the introduction as plain text."""
        return self.summary or strip_tags(self.intro)

    @property
    def motif(self) -> int:
        """Which of the style sheet's colours the post has; it never changes."""
        return self.pk % MOTIFS if self.pk else 0

    @cached_property
    def reading_minutes(self) -> int:
        """How long the introduction and body take to read, in whole minutes and at least one."""
        body = " ".join(self.body.stream_block.get_searchable_content(self.body))
        text = f"{strip_tags(self.intro)} {body}"
        return max(1, math.ceil(len(text.split()) / WORDS_PER_MINUTE))

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add two posts to read next."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        older = BlogPage.newest().filter(date__lte=self.date).exclude(pk=self.pk)
        newer = BlogPage.newest().exclude(pk=self.pk)
        return context | {"next_posts": (list(older[:2]) or list(newer[:2]))}
