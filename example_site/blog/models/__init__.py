"""The pages of the magazine and the people who write it."""

from __future__ import annotations

from example_site.blog.models.author import Author
from example_site.blog.models.pages import BlogIndexPage, BlogPage, BlogPageTag, HomePage

__all__ = ["Author", "BlogIndexPage", "BlogPage", "BlogPageTag", "HomePage"]
