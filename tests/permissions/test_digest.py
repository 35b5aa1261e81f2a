"""What changes the digest of a user's right to edit a page, and where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractUser, Permission, User
from django.contrib.contenttypes.models import ContentType
from wagtail.models import GroupPagePermission, Page

from example_site.blog.models import BlogPage
from tests.factories import (
    AdminFactory,
    AuthorFactory,
    BlogIndexPageFactory,
    BlogPageFactory,
    EditorFactory,
    LLMRunFactory,
)
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.permissions.digest import has_custom_permissions, rights_digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import DjangoAssertNumQueries, Settings

pytestmark = pytest.mark.django_db


def digest_of(run: LLMRun) -> str:
    """Return the digest as a later request finds it."""
    run = LLMRun.objects.get(pk=run.pk)
    assert run.user is not None
    return rights_digest(run.user, run)


def leave_the_group(user: User, page: BlogPage) -> None:
    user.groups.clear()


def take_a_permission_from_the_group(user: User, page: BlogPage) -> None:
    group = user.groups.get()
    group.permissions.remove(Permission.objects.get(codename="access_admin"))


def take_a_permission_of_their_own(user: User, page: BlogPage) -> None:
    user.user_permissions.clear()


def take_the_pages(user: User, page: BlogPage) -> None:
    GroupPagePermission.objects.filter(permission__codename="change_page").delete()


def move_the_page(user: User, page: BlogPage) -> None:
    page.move(BlogIndexPageFactory())


def delete_the_page(user: User, page: BlogPage) -> None:
    page.delete()


def deactivate(user: User, page: BlogPage) -> None:
    User.objects.update(is_active=False)


def make_superuser(user: User, page: BlogPage) -> None:
    User.objects.update(is_superuser=True)


@pytest.mark.parametrize(
    "change",
    [
        leave_the_group,
        take_a_permission_from_the_group,
        take_a_permission_of_their_own,
        take_the_pages,
        move_the_page,
        delete_the_page,
        deactivate,
        make_superuser,
    ],
)
def test_it_is_another_one_when_what_decides_has_changed(
    change: Callable[[User, BlogPage], None],
) -> None:
    user = EditorFactory()
    user.user_permissions.add(Permission.objects.get(codename="add_image"))
    page = BlogPageFactory(parent=BlogIndexPageFactory())
    run = LLMRunFactory(user=user, page=page)
    before = digest_of(run)
    assert before
    assert digest_of(run) == before

    change(user, page)

    assert digest_of(run) != before


@pytest.mark.parametrize("change", [deactivate, delete_the_page])
def test_that_of_a_superuser_too(change: Callable[[User, BlogPage], None]) -> None:
    page = BlogPageFactory()
    run = LLMRunFactory(user=AdminFactory(), page=page)
    before = digest_of(run)
    assert before

    change(run.user, page)

    assert digest_of(run) != before


def test_two_people_and_two_pages_have_different_ones() -> None:
    user, page = EditorFactory(), BlogPageFactory()
    runs = [
        LLMRunFactory(user=user, page=page),
        LLMRunFactory(user=user, page=BlogPageFactory()),
        LLMRunFactory(user=EditorFactory(), page=page),
        LLMRunFactory(user=AdminFactory(), page=page),
    ]

    assert len({digest_of(run) for run in runs}) == len(runs)


def test_it_takes_four_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    run = LLMRunFactory(user=EditorFactory())
    digest_of(run)

    with django_assert_num_queries(4):
        rights_digest(run.user, run)


def test_there_is_none_for_what_is_not_ones_own_or_no_page() -> None:
    user, author = EditorFactory(), AuthorFactory()
    own = LLMRunFactory(user=user)
    others = LLMRunFactory(user=EditorFactory())
    test = LLMRunFactory(user=user, trigger="test")
    unsaved = LLMRunFactory(user=user, target_object_id=None)
    snippet = LLMRunFactory(
        user=user,
        action__model_type=ContentType.objects.get_for_model(author),
        target_object_id=str(author.pk),
    )

    assert rights_digest(user, own)
    assert not any(rights_digest(user, run) for run in (others, test, unsaved, snippet))


def test_there_is_none_where_one_may_edit_the_page_since_one_made_it() -> None:
    user = EditorFactory()
    run = LLMRunFactory(user=user, page=BlogPageFactory(owner=user))
    GroupPagePermission.objects.filter(permission__codename="change_page").delete()

    assert run.target.permissions_for_user(user).can_edit()
    assert digest_of(run) == ""


def test_there_is_none_where_the_permission_is_on_other_pages() -> None:
    user = EditorFactory()
    run = LLMRunFactory(user=user)
    GroupPagePermission.objects.update(page=BlogIndexPageFactory())

    assert digest_of(run) == ""


def test_there_is_none_where_the_form_may_hide_a_field() -> None:
    run = LLMRunFactory(user=EditorFactory(), read_fields=["intro", "gone_from_the_form"])

    assert digest_of(run) == ""


class OtherLogin(ModelBackend):
    """Lets people in by another way, as that of a company."""

    def authenticate(self, *args: Any, **kwargs: Any) -> None:
        """Know nobody."""


class OtherRules(OtherLogin):
    """Asks somebody else, too."""

    def get_group_permissions(self, *args: Any, **kwargs: Any) -> set[str]:
        """Give no permission."""
        return set()


@pytest.mark.parametrize(("backend", "is_known"), [(OtherLogin, True), (OtherRules, False)])
def test_there_is_none_where_a_backend_has_custom_permissions_of_its_own(
    settings: Settings, backend: type, is_known: bool
) -> None:
    run = LLMRunFactory(user=EditorFactory())
    settings.AUTHENTICATION_BACKENDS = [
        *settings.AUTHENTICATION_BACKENDS,
        f"{__name__}.{backend.__name__}",
    ]

    assert bool(digest_of(run)) is is_known


def test_there_is_none_where_users_have_rules_of_their_own() -> None:
    class Member(AbstractUser):
        class Meta:
            abstract = True

        def has_perm(self, perm: str, obj: Any = None) -> bool:
            return False

    assert has_custom_permissions(Member)
    assert not has_custom_permissions(User)


def test_there_is_none_where_pages_have_rules_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    run = LLMRunFactory(user=EditorFactory())

    def permissions_for_user(self: Page, user: User) -> Any:
        return Page.permissions_for_user(self, user)

    assert digest_of(run)
    monkeypatch.setattr(BlogPage, "permissions_for_user", permissions_for_user, raising=False)
    assert digest_of(run) == ""


class Router:
    """Sends no query anywhere else."""


def test_there_is_none_where_rows_may_be_in_another_database(settings: Settings) -> None:
    run = LLMRunFactory(user=EditorFactory())
    assert run.target_model is not None
    settings.DATABASE_ROUTERS = [f"{__name__}.Router"]

    assert rights_digest(run.user, run) == ""
