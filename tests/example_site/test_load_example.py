from __future__ import annotations

import json
import re
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.contrib.auth import authenticate, get_user_model
from django.core.management import call_command
from wagtail.images import get_image_model
from wagtail.models import Locale, Page, Revision, Site

from example_site.blog.models import Author, BlogPage
from wagtail_llm_actions.models import LLMAction, PromptTemplate

if TYPE_CHECKING:
    from pathlib import Path

    from django.db.models import Model

pytestmark = pytest.mark.usefixtures("magazine")


def load(passwords_file: Path) -> str:
    output = StringIO()
    call_command("load_example", passwords=passwords_file, stdout=output)
    return output.getvalue()


def test_the_magazine_stands_at_the_front_of_the_site() -> None:
    site = Site.objects.get(is_default_site=True)

    assert site.root_page.title == "The Long Way Round"
    assert not Page.objects.filter(title__startswith="Welcome").exists()


def test_there_are_a_dozen_published_posts_some_of_them_with_something_to_generate() -> None:
    posts = BlogPage.objects.live().filter(locale=Locale.get_default())

    assert posts.count() == 12
    for field in ("summary", "subtitle", "search_description"):
        assert 3 <= posts.filter(**{field: ""}).count() <= 9, field
    assert not posts.filter(intro="").exists()
    assert Author.objects.filter(tagline="").exclude(bio="").exists()


def test_two_posts_are_translated_and_have_something_to_generate() -> None:
    posts = BlogPage.objects.live().filter(locale__language_code="de")

    for post in posts:
        original = post.get_translation(Locale.get_default())
        assert (post.author, post.date) == (original.author, original.date)
        assert post.get_parent().locale == post.locale
        assert not set(post.tags.names()) & set(original.tags.names())
        for name in ("title", "slug", "intro", "body"):
            assert getattr(post, name) not in ("", getattr(original, name)), name
        assert (post.summary, post.search_description) == ("", "")
    assert len(posts) == 2


def test_the_starter_actions_read_and_write_fields_that_exist() -> None:
    actions = LLMAction.objects.all()

    assert actions.count() == 7
    for action in actions:
        model = action.model_type.model_class()
        assert model is not None
        for name in (action.source, action.destination):
            # What is behind a colon is a block, which the action's own validation has looked up.
            assert model._meta.get_field(name.partition(":")[0]), name


def test_images_wait_for_an_alternative_text() -> None:
    images = get_image_model().objects.all()

    assert images.count() == 3
    assert not images.exclude(description="").exists()


def test_running_it_again_changes_nothing(passwords_file: Path) -> None:
    models: list[type[Model]] = [
        *apps.get_app_config("blog").get_models(),
        LLMAction,
        PromptTemplate,
    ]
    models += [Locale, Page, Revision, Site, get_user_model()]
    before = {model: list(model._default_manager.order_by("pk").values()) for model in models}

    load(passwords_file)

    assert {
        model: list(model._default_manager.order_by("pk").values()) for model in models
    } == before


def test_what_somebody_deleted_does_not_come_back(passwords_file: Path) -> None:
    BlogPage.objects.get(slug="two-stones-on-one").delete()
    LLMAction.objects.filter(destination="subtitle").delete()

    load(passwords_file)

    assert BlogPage.objects.filter(locale=Locale.get_default()).count() == 11
    assert LLMAction.objects.count() == 6


def test_the_passwords_are_private_and_work(passwords_file: Path) -> None:
    assert passwords_file.stat().st_mode & 0o077 == 0
    for username, password in json.loads(passwords_file.read_text()).items():
        assert authenticate(username=username, password=password)


def test_a_lost_passwords_file_means_new_passwords(passwords_file: Path) -> None:
    old = json.loads(passwords_file.read_text())
    passwords_file.unlink()

    load(passwords_file)

    new = json.loads(passwords_file.read_text())
    assert old.keys() == new.keys()
    assert not authenticate(username="editor", password=old["editor"])
    assert authenticate(username="editor", password=new["editor"])


def test_the_output_names_the_log_ins_and_a_post_without_a_summary(passwords_file: Path) -> None:
    passwords = json.loads(passwords_file.read_text())

    output = load(passwords_file)

    assert f"admin / {passwords['admin']}\neditor / {passwords['editor']}\n" in output
    path = re.search(r"http://localhost/admin/pages/(\d+)/edit/", output)
    assert path
    assert BlogPage.objects.get(pk=path[1]).summary == ""


def test_the_output_is_honest_when_there_is_no_post_left(passwords_file: Path) -> None:
    for post in BlogPage.objects.all():
        post.delete()

    assert "There is no post any more." in load(passwords_file)


def test_the_editor_may_publish_posts_and_change_authors_but_not_delete_the_actions() -> None:
    editor = get_user_model().objects.get(username="editor")

    for post in BlogPage.objects.all():
        permissions = post.permissions_for_user(editor)
        assert permissions.can_edit()
        assert permissions.can_publish()
    assert editor.has_perm("blog.change_author")
    assert not editor.has_perm("wagtail_llm_actions.change_llmaction")
    assert not editor.is_superuser
