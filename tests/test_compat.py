"""What Wagtail itself does differently by version, as this package asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from wagtail import permissions
from wagtail.permission_policies.pages import PagePermissionPolicy

from example_site.blog.models import BlogIndexPage, BlogPage
from tests.factories import BlogPageFactory, EditorFactory, LLMRunFactory
from wagtail_llm_actions.compat import permission_policy_for
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.permissions.digest import rights_digest
from wagtail_llm_actions.permissions.editing import can_edit, has_model_permission

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.permissions import User

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not hasattr(permissions, "policy_registry"), reason="Wagtail 7.4 takes no policy of a site"
    ),
]


class ClosedPolicy(PagePermissionPolicy):
    """Lets nobody do anything."""

    def get_cached_permissions_for_user(self, user: User) -> Any:
        return []

    def user_has_any_permission(self, user: User, actions: Any) -> bool:
        return False


@pytest.fixture
def policy() -> Iterator[PagePermissionPolicy]:
    policy, registry = ClosedPolicy(), permissions.policy_registry
    permissions.register_permission_policy(BlogPage, policy, exact_class=True)
    yield policy
    del registry.values_by_exact_class[BlogPage]


def test_a_site_can_register_a_policy_for_pages(policy: PagePermissionPolicy) -> None:
    assert permission_policy_for(BlogPage) is policy
    assert permission_policy_for(BlogIndexPage) is permissions.page_permission_policy


def test_it_decides_who_may_run_actions(policy: PagePermissionPolicy) -> None:
    editor, page = EditorFactory(), BlogPageFactory()

    assert not can_edit(editor, page)
    assert not has_model_permission(editor, BlogPage)
    assert has_model_permission(editor, BlogIndexPage)


def test_rows_do_not_stand_for_its_rules(request: pytest.FixtureRequest) -> None:
    editor = EditorFactory()
    run = LLMRun.objects.get(pk=LLMRunFactory(user=editor).pk)
    assert rights_digest(editor, run)

    request.getfixturevalue("policy")

    assert rights_digest(editor, run) == ""
