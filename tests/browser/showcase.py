"""A site as it looks after some weeks: what every screen of the package has to show."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone

from example_site.blog.models import Author
from tests.factories import (
    AdminFactory,
    AuthorFactory,
    BlogPageFactory,
    LLMActionFactory,
    LLMAttemptFactory,
    LLMBudgetFactory,
    LLMRunFactory,
    PromptTemplateFactory,
    UserFactory,
)
from wagtail_llm_actions.models import LLMExport, RedactionReason
from wagtail_llm_actions.runs.redaction import redact
from wagtail_llm_actions.transfer.fixture import export_fixture

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from wagtail_llm_actions.models import LLMRun

SCRIPTED = "wagtail_llm_actions.providers.testing.ScriptedProvider"
FREE = {"INPUT": 0, "OUTPUT": 0}
SETTINGS = {
    "WAGTAIL_LLM_ACTIONS": {
        "PROVIDERS": {
            "gateway": {"BACKEND": SCRIPTED, "OPTIONS": {"script": ["The tide came."]}},
            "proofreader": {"BACKEND": SCRIPTED, "OPTIONS": {"script": ["No changes needed."]}},
        },
        "MODELS": {
            "swift": {
                "PROVIDER": "gateway",
                "NAME": "swift-2026-04-01-preview-with-a-long-name",
                "LABEL": "Swift",
                "DESCRIPTION": "Fast and cheap: titles, descriptions, tags.",
                "PRICE": {"INPUT": 0.15, "OUTPUT": 0.6},
            },
            "owl": {"PROVIDER": "gateway", "NAME": "owl-1", "LABEL": "Owl (writes slowly, well)"},
            "heron": {
                "PROVIDER": "proofreader",
                "NAME": "heron-1",
                "LABEL": "Heron",
                "PRICE": FREE,
            },
        },
    }
}
RUNS_OF_A_PAGE = 50
SUMMARY = (
    "The tide came in an hour early, and nobody had told the boats. What the harbour master did "
    "next is still talked about at the fish market."
)
INTRO = "<p>The tide came in <b>early</b> that day.</p><p>Nobody had told the boats.</p>"
REFUSAL = "429 Too Many Requests: requests per minute of organisation org-****, limit 60, used 60."


def in_group(name: str, *codenames: str) -> User:
    """Return a user in one of the groups that come with Wagtail, which may do this as well."""
    group = Group.objects.get(name=name)
    group.permissions.add(*Permission.objects.filter(codename__in=codenames))
    user: User = UserFactory(first_name="Ines", last_name=f"of the {name}")
    user.groups.add(group)
    return user


class Showcase:
    """Actions, templates and runs of every kind; made anew for each test."""

    def __init__(self) -> None:
        self.admin: User = AdminFactory(first_name="Ada", last_name="Quill")
        self.moderator = in_group("Moderators", "view_llmrun")
        self.editor = in_group("Editors")
        self.guest: User = UserFactory()
        self.guest.user_permissions.add(Permission.objects.get(codename="access_admin"))
        self.post = BlogPageFactory(
            title="What the harbour master knew about the early tide",
            intro=INTRO,
            summary="The tide came early.",
        )
        self.author = AuthorFactory(name="Ines Marlow")
        self.templates = [
            PromptTemplateFactory(
                name="Summary in two sentences",
                description="For cards, feeds and the search; keeps the tone of the magazine.",
                text="Summarise this post in two sentences:\n{{ input }}",
                system_instructions="You write for a magazine about the sea. Be plain and exact.",
            ),
            PromptTemplateFactory(name="Never used", text="Translate: {{ input }}"),
        ]
        self._make_actions()
        self._make_runs()
        self.budget = LLMBudgetFactory(scope="action", action=self.llm_action, amount_usd=2_000)
        LLMBudgetFactory(amount_usd=Decimal("0.01"), period="day", at_limit="cheaper_model")

    def _make_actions(self) -> None:
        template = self.templates[0]
        self.llm_action = LLMActionFactory(
            label="Summarise the introduction",
            description="Two sentences for the cards on the front page, in the tone of the magazine.",
            prompt_template=template,
            model="swift",
            candidate_count=3,
        )
        self.subtitle = LLMActionFactory(
            label="Find a subtitle",
            destination="subtitle",
            prompt_template=template,
            model="owl",
            fallback_model="swift",
        )
        LLMActionFactory(
            label="Tagline of an author, from what stands in the biography",
            model_type=ContentType.objects.get_for_model(Author),
            source="bio",
            destination="tagline",
            prompt_template=template,
            model="retired-in-spring",
            is_active=False,
        )
        self.llm_action.save_revision(user=self.admin)
        for each in self.templates:
            each.save_revision(user=self.admin)

    def _make_runs(self) -> None:
        decisions = ("accepted", "edited", "dismissed", "accepted", "none")
        for number in range(20):
            self.run(number, succeeded=True, output=SUMMARY, decision=decisions[number % 5])
        for number, code in enumerate(("rate_limited", "timeout", "rate_limited", "invalid_input")):
            self.failed = self.run(
                number, status="failed", error_code=code, error_detail=REFUSAL, decision="none"
            )
        self.failed_twice()
        self.export_all()
        self.run(1, status="cancelled")
        self.run(0, status="queued", finished_at=None, started_at=None, first_token_at=None)
        self.run(0, status="running", finished_at=None)
        for _ in range(RUNS_OF_A_PAGE):
            self.run(2, succeeded=True, output=SUMMARY, cost_usd=None)
        LLMBudgetFactory()
        self.suggest()
        self.redacted = self.run(95, succeeded=True, decision="edited", output=SUMMARY)
        redact([self.redacted.pk], RedactionReason.AGE)

    def run(self, days_ago: int, **values: Any) -> LLMRun:
        """Return the run of an editor on the post; every third one of the other action."""
        start = timezone.now() - timedelta(days=days_ago, minutes=5)
        action = self.llm_action if days_ago % 3 else self.subtitle
        defaults = {
            "action": action,
            "page": self.post,
            "user": self.editor,
            "model_key": action.model,
            "provider_name": "gateway",
            "request_model": "swift-2026-04-01-preview-with-a-long-name",
            "queued_at": start,
            "started_at": start + timedelta(milliseconds=80),
            "first_token_at": start + timedelta(milliseconds=700),
            "finished_at": start + timedelta(seconds=1 + days_ago % 4),
            "input_tokens": 1_204 + days_ago,
            "output_tokens": 48,
            "cost_usd": Decimal("0.000209") if days_ago % 4 else None,
            "prompt_template_revision": self.templates[0].latest_revision,
            "system_instructions": self.templates[0].system_instructions,
        }
        run: LLMRun = LLMRunFactory(**{**defaults, **values})
        return run

    def failed_twice(self) -> None:
        """Make the run whose page shows what went wrong, twice."""
        self.failed = self.run(
            0,
            status="failed",
            error_code="rate_limited",
            error_detail=REFUSAL,
            error_context={"status_code": 429},
            output="The tide came in an hour",
            user=self.editor,
        )
        for number in (1, 2):
            LLMAttemptFactory(
                run=self.failed,
                number=number,
                provider_name="gateway",
                request_model="swift-2026-04-01-preview-with-a-long-name",
                finished_at=self.failed.finished_at,
                error_code="rate_limited",
                error_detail=REFUSAL,
            )

    def suggest(self) -> None:
        """Leave three candidates that the admin has not decided on, one of which failed."""
        candidates = uuid.uuid4()
        common = {"candidate_group": candidates, "user": self.admin, "action": self.llm_action}
        self.run(0, succeeded=True, output=SUMMARY, **common)
        self.run(0, succeeded=True, output=SUMMARY[62:], **common)
        self.run(0, status="failed", error_code="timeout", **common)

    def export_all(self) -> None:
        """Leave a file that can be downloaded, one that is being written, and one that failed."""
        common = {"user": self.admin, "filename": "llm-history.xlsx", "total": 1_234_567}
        LLMExport.objects.create(status="done", written=1_234_567, size=81_234_567, **common)
        LLMExport.objects.create(status="running", written=402_000, **common)
        LLMExport.objects.create(
            status="failed", error="You are not allowed to export this any more.", **common
        )

    def export_of_another_site(self) -> bytes:
        """Return what an import would change here: one template, and one new action."""
        entries = json.loads(export_fixture())
        template, action = entries[0], entries[-1]
        template["fields"]["text"] = "Summarise this post in one sentence:\n{{ input }}"
        new = action["fields"] | {"label": "Summarise in one sentence"}
        return json.dumps([*entries, action | {"fields": new}]).encode()

    def screens(self) -> dict[str, str]:
        """Return the path of every screen of the package, and of those of Wagtail's it adds to."""
        actions, templates = "wagtail_llm_actions_actions", "wagtail_llm_actions_prompt_templates"
        action, template = [self.llm_action.pk], [self.templates[0].pk]
        return {
            "front page": reverse("wagtailadmin_home"),
            "page form": reverse("wagtailadmin_pages:edit", args=[self.post.pk]),
            "actions": reverse(f"{actions}:list"),
            "new action": reverse(f"{actions}:add"),
            "action form": reverse(f"{actions}:edit", args=action),
            "copy of an action": reverse(f"{actions}:copy", args=action),
            "deletion of an action": reverse(f"{actions}:delete", args=action),
            "changes of an action": reverse(f"{actions}:history", args=action),
            "templates": reverse(f"{templates}:list"),
            "new template": reverse(f"{templates}:add"),
            "template form": reverse(f"{templates}:edit", args=template),
            "deletion of a template": reverse(f"{templates}:delete", args=template),
            "budgets": reverse("wagtail_llm_actions_budgets:index"),
            "new budget": reverse("wagtail_llm_actions_budgets:add"),
            "budget form": reverse("wagtail_llm_actions_budgets:edit", args=[self.budget.pk]),
            "models": reverse("wagtail_llm_actions:models"),
            "import": reverse("wagtail_llm_actions:import"),
            "exported files": reverse("wagtail_llm_actions:exports"),
            "getting started": reverse("wagtail_llm_actions:getting_started"),
            "history": reverse("wagtail_llm_actions:history"),
            "run": reverse(
                "wagtail_llm_actions:history_run", args=[self.run(1, succeeded=True).pk]
            ),
            "failed run": reverse("wagtail_llm_actions:history_run", args=[self.failed.pk]),
            "redacted run": reverse("wagtail_llm_actions:history_run", args=[self.redacted.pk]),
            "usage": reverse("wagtail_llm_actions:usage"),
        }
