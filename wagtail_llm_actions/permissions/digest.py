"""A digest of the database rows that decide a permission, cheaper than evaluating the permission.

Four prepared queries read the rows that decide what a user may do with a page. While the rows are
unchanged, so is the permission, which Django and Wagtail alone evaluate.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_backends, get_user_model
from django.utils.crypto import salted_hmac
from wagtail.models import AbstractPage, GroupPagePermission

from wagtail_llm_actions.compat import edit_handler_for, page_model, permission_policy_for
from wagtail_llm_actions.database.prepared_query import Parameter, PreparedQuery
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.permissions.visible_fields import unconditional_fields

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from wagtail_llm_actions.permissions import User


_OF_USER = PreparedQuery(lambda: _permissions_of_user("user_permissions"))
_OF_GROUPS = PreparedQuery(lambda: _permissions_of_user("groups__permissions"))
_ON_PAGES = PreparedQuery(
    lambda: (
        GroupPagePermission.objects.filter(group__user=_user())
        .order_by("pk")
        .values_list("page__path", "permission__codename")
    )
)
_PAGE = PreparedQuery(
    lambda: (
        page_model()
        ._base_manager.filter(pk=Parameter("page", page_model()._meta.pk))
        .values_list("path")
    )
)


def rights_digest(user: User, run: LLMRun) -> str:
    """Return a digest of the rows by which a user may enter the admin and edit the page of a run.

    Empty where more than these rows may decide: code of the site, the state of a workflow, the owner
    of the page; also for another user's run, and for a run on anything but a page.
    """
    is_own = run.user_id is not None and run.user_id == user.pk
    if not is_own or run.trigger == LLMRun.Trigger.TEST or not _is_decided_by_rows(run):
        return ""
    pages = _PAGE.rows(page=run.target_object_id)
    rows: list[Any] = [str(user.pk), user.is_active, user.is_superuser, run.target_object_id, pages]
    if not user.is_superuser:
        on_pages = _ON_PAGES.rows(user=user.pk)
        if not any(
            codename.startswith("change_") and path.startswith(above)
            for (path,) in pages
            for above, codename in on_pages
        ):
            return ""
        rows += [_OF_USER.rows(user=user.pk), _OF_GROUPS.rows(user=user.pk), on_pages]
    return salted_hmac(__name__, repr(rows), algorithm="sha256").hexdigest()


def _user() -> Parameter:
    return Parameter("user", get_user_model()._meta.pk)


def _permissions_of_user(path: str) -> QuerySet[Any, Any]:
    found = get_user_model()._base_manager.filter(pk=_user())
    return found.order_by(f"{path}__pk").values_list(f"{path}__pk")


def _is_decided_by_rows(run: LLMRun) -> bool:
    """Return whether nothing but Django's and Wagtail's own code decides, by the rows of a page."""
    model: Any = run.target_model
    deciding = [get_user_model(), *map(type, get_backends())]
    return (
        run.target_object_id is not None
        and model is not None
        and issubclass(model, AbstractPage)
        and not settings.DATABASE_ROUTERS
        and not any(map(has_custom_permissions, deciding))
        and _library(model.permissions_for_user) == "wagtail"
        and _library(type(permission_policy_for(model))) == "wagtail"
        and run.content_fields <= unconditional_fields(edit_handler_for(model))
    )


@lru_cache
def has_custom_permissions(owner: type) -> bool:
    """Return whether a user model or an authentication backend overrides Django's permission methods."""
    names = [name for name in dir(owner) if "perm" in name]
    return any(_library(getattr(owner, name)) != "django" for name in names)


def _library(code: Any) -> str:
    return str(code.__module__).partition(".")[0]
