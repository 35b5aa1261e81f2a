"""Factories of everything that tests need rows of."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import factory
import wagtail_factories
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F
from modelcluster.models import ClusterableModel
from wagtail.models import GroupPagePermission, Locale, Page

from example_site.blog.models import Author, BlogIndexPage, BlogPage
from tests.notices.models import HIDDEN_FIELDS, Dossier, Notice
from wagtail_llm_actions.models import LLMAction, LLMAttempt, LLMBudget, LLMRun, PromptTemplate
from wagtail_llm_actions.models.run_queryset import hash_detail

JOURNAL = "Journal"
"""The title of the page that posts stand below; it is there before each test."""
EDITORS = "Editors of everything"
"""The group of those who may edit; it is there before each test."""


def journal() -> BlogIndexPage:
    """Return the parent of all posts that name no other; it is there before each test, but not before a benchmark."""
    found: BlogIndexPage = BlogIndexPage.objects.filter(
        title=JOURNAL
    ).first() or BlogIndexPageFactory(title=JOURNAL)
    return found


def editors() -> Group:
    """Return the group of those who may edit every page, author, notice and dossier."""
    group, created = Group.objects.get_or_create(name=EDITORS)
    if created:
        names = ["access_admin", "add_author", "change_author", "add_notice", "change_notice"]
        names += ["add_dossier", "change_dossier"]
        group.permissions.set(Permission.objects.filter(codename__in=names))
        root = Page.objects.get(depth=1)
        of_pages = Permission.objects.filter(
            content_type__app_label="wagtailcore", codename__in=["add_page", "change_page"]
        )
        GroupPagePermission.objects.bulk_create(
            GroupPagePermission(group=group, page=root, permission=each) for each in of_pages
        )
    return group


class UserFactory(factory.django.DjangoModelFactory):
    """A user without any right."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda number: f"user-{number}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.com")


class AdminFactory(UserFactory):
    """A superuser."""

    is_superuser = True
    is_staff = True


class EditorFactory(UserFactory):
    """Somebody who may edit every page, author and notice, and manage nothing."""

    @factory.post_generation
    def rights(self: User, create: bool, extracted: Any, **kwargs: Any) -> None:
        self.groups.add(editors())


class PageFactory(wagtail_factories.PageFactory):
    """Puts a page into the tree as ``add_child`` does, but neither validates nor logs it: most of the work."""

    class Meta:
        abstract = True

    @classmethod
    @transaction.atomic(savepoint=False)
    def _create_instance(cls, model_class: type[Page], parent: Page, kwargs: Any) -> Page:
        page = model_class(**{"draft_title": kwargs["title"]} | kwargs)
        page.locale_id = page.locale_id or parent.locale_id
        page.depth = parent.depth + 1
        # Locks the parent, so that pages that are made at once stand side by side.
        Page.objects.filter(pk=parent.pk).update(numchild=F("numchild") + 1)
        children = Page.objects.filter(path__startswith=parent.path, depth=page.depth)
        last = children.order_by("path").values_list("path", flat=True).last()
        page.path = (
            Page(path=last)._inc_path() if last else Page._get_path(parent.path, page.depth, 1)
        )
        page.set_url_path(parent)
        parent.numchild += 1
        page._cached_parent_obj = parent
        ClusterableModel.save(page)
        return page


class BlogIndexPageFactory(PageFactory):
    """Where posts stand."""

    class Meta:
        model = BlogIndexPage

    title = factory.Sequence(lambda number: f"Journal {number}")
    parent = factory.LazyFunction(lambda: Page.objects.get(depth=1))


class BlogPageFactory(PageFactory):
    """A post with an introduction and nothing generated yet."""

    class Meta:
        model = BlogPage

    title = factory.Sequence(lambda number: f"Post {number}")
    intro = "<p>The tide came in <b>early</b> that day.</p><p>Nobody had told the boats.</p>"
    parent = factory.LazyFunction(journal)


class AuthorFactory(factory.django.DjangoModelFactory):
    """A snippet."""

    class Meta:
        model = Author

    name = factory.Sequence(lambda number: f"Author {number}")
    bio = "Writes about harbours, and the people who leave them."


class NoticeFactory(factory.django.DjangoModelFactory):
    """A snippet with drafts, locks and languages."""

    class Meta:
        model = Notice

    headline = factory.Sequence(lambda number: f"Notice {number}")
    text = "The ferry leaves at seven."
    locale = factory.LazyFunction(Locale.get_default)


class DossierFactory(factory.django.DjangoModelFactory):
    """A snippet with fields that its form hides; their content is their name."""

    class Meta:
        model = Dossier

    headline = factory.Sequence(lambda number: f"Dossier {number}")
    text = "The ferry leaves at seven."

    @classmethod
    def _create(cls, model_class: type[Dossier], *args: Any, **values: Any) -> Dossier:
        named = {name: f"Content {name}." for name in (*HIDDEN_FIELDS, "read_only", "disabled")}
        return model_class.objects.create(**named | values)


class PromptTemplateFactory(factory.django.DjangoModelFactory):
    """A template that sends the source and nothing else."""

    class Meta:
        model = PromptTemplate

    name = factory.Sequence(lambda number: f"Template {number}")
    text = "Summarise: {{ input }}"


class LLMActionFactory(factory.django.DjangoModelFactory):
    """Summary from introduction, on posts, with the scripted model."""

    class Meta:
        model = LLMAction

    label = factory.Sequence(lambda number: f"Action {number}")
    model_type = factory.LazyFunction(lambda: ContentType.objects.get_for_model(BlogPage))
    destination = "summary"
    source = "intro"
    prompt_template = factory.SubFactory(PromptTemplateFactory)
    model = "scripted"


class LLMRunFactory(factory.django.DjangoModelFactory):
    """A queued run on a post."""

    class Meta:
        model = LLMRun

    class Params:
        page = factory.SubFactory(BlogPageFactory)
        running = factory.Trait(status=LLMRun.Status.RUNNING, lease_token=factory.Faker("uuid4"))
        succeeded = factory.Trait(
            status=LLMRun.Status.SUCCEEDED, output="The tide came early.", finish_reason="stop"
        )

    action = factory.SubFactory(LLMActionFactory)
    action_label = factory.SelfAttribute("action.label")
    target_content_type = factory.SelfAttribute("action.model_type")
    target_object_id = factory.LazyAttribute(lambda run: str(run.page.pk))
    target_label = factory.LazyAttribute(lambda run: run.page.title)
    source_path = factory.SelfAttribute("action.source")
    field_path = factory.SelfAttribute("action.destination")
    field_label = "Summary"
    client_request_id = factory.LazyFunction(uuid.uuid4)
    user = factory.SubFactory(EditorFactory)
    prompt = "Summarise: The tide came in early that day."
    model_key = "scripted"
    provider_name = "test"
    request_model = "scripted"
    temperature = 0.7
    max_tokens = 1000
    error_detail = ""
    error_detail_hash = factory.LazyAttribute(lambda run: hash_detail(run.error_detail))


class LLMAttemptFactory(factory.django.DjangoModelFactory):
    """The first call of a run."""

    class Meta:
        model = LLMAttempt

    run = factory.SubFactory(LLMRunFactory)
    number = 1
    provider_name = "test"
    request_model = "scripted"
    started_at = factory.SelfAttribute("run.queued_at")


class LLMBudgetFactory(factory.django.DjangoModelFactory):
    """Of the whole site, for a month; refuses what is above it."""

    class Meta:
        model = LLMBudget

    scope = LLMBudget.Scope.SITE
    amount_usd = Decimal(10)
