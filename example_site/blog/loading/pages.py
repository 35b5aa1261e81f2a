"""The magazine's pages and authors."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from wagtail.models import Locale, Page, Site

from example_site.blog.loading import flow, read_content
from example_site.blog.models import Author, BlogIndexPage, BlogPage, HomePage


@transaction.atomic
def load_pages() -> bool:
    """Create the magazine; return whether there was none yet."""
    if HomePage.objects.exists():
        return False
    magazine = read_content("magazine")
    authors = {data["name"]: _create_author(data) for data in magazine["authors"]}
    home = _create_home(magazine["home"])
    journal = _publish(home, BlogIndexPage(show_in_menus=True, **magazine["journal"]))
    for post in sorted(read_content("posts")["posts"], key=lambda post: post["date"]):
        _create_post(journal, authors, post)
    return True


@transaction.atomic
def load_german_pages() -> bool:
    """Translate a part of the magazine; return whether it had one language only."""
    originals = Page.objects.filter(locale=Locale.get_default())
    home = originals.type(HomePage).first()
    content = read_content("german")
    if home is None or Locale.objects.filter(language_code=content["language"]).exists():
        return False
    german = Locale.objects.create(language_code=content["language"])
    _translate(home, german, content["home"])
    _translate(originals.type(BlogIndexPage).get(), german, content["journal"])
    for post in content["posts"]:
        _translate(originals.get(slug=post["original"]), german, post)
    return True


def set_address() -> None:
    """Tell Wagtail how the site is reached, for the links it shows to editors."""
    address = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    Site.objects.filter(is_default_site=True).update(
        hostname=address.hostname,
        port=address.port or (443 if address.scheme == "https" else 80),
        site_name=settings.WAGTAIL_SITE_NAME,
    )
    Site.clear_site_root_paths_cache()


def _publish(parent: Page, page: Page) -> Page:
    parent.add_child(instance=page)
    page.save_revision().publish()
    return page


def _create_author(data: dict[str, Any]) -> Author:
    return Author.objects.create(**data | {"bio": flow(data["bio"])})


def _create_home(data: dict[str, Any]) -> Page:
    """Put the front page in the place of the welcome page that Wagtail's migrations make."""
    introduction = flow(data["introduction"])
    home = HomePage(slug="magazine", **data | {"introduction": introduction})
    _publish(Page.get_first_root_node(), home)
    site, _created = Site.objects.get_or_create(
        is_default_site=True, defaults={"hostname": "localhost", "root_page": home}
    )
    welcome, site.root_page = site.root_page, home
    site.save()
    if welcome.specific_class is Page:
        welcome.delete()
    return home


def _create_post(journal: Page, authors: dict[str, Author], data: dict[str, Any]) -> None:
    post = BlogPage()
    _fill(post, data | {"author": authors[data["author"]]})
    _publish(journal, post)


def _translate(page: Page, locale: Locale, data: dict[str, Any]) -> None:
    translation = page.specific.copy_for_translation(locale)
    _fill(translation, data)
    translation.save_revision().publish()


def _fill(page: Page, data: dict[str, Any]) -> None:
    for name, value in data.items():
        if name == "tags":
            page.tags.set(value)
        elif name == "body":
            page.body = [(block, _block_value(content)) for block, content in value]
        elif name != "original":
            setattr(page, name, flow(value) if name in {"intro", "introduction"} else value)


def _block_value(value: Any) -> Any:
    return flow(value) if isinstance(value, str) else value
