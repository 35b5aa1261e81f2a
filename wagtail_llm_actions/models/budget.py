"""Budgets: how much runs may cost in a day or a month, what they have cost, and what is reserved."""

from __future__ import annotations

import math
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

NANO = 10**9
"""Billionths of a US dollar in one: counters are whole numbers, which every database adds exactly."""
CENT = Decimal("0.01")


class LLMBudget(models.Model):
    """What the runs of a site, a group, a user or an action may cost in each day or month.

    Any mix of budgets applies to a run. Days and months are those of the setting ``TIME_ZONE``.
    """

    class Scope(models.TextChoices):
        """Whose runs are counted."""

        SITE = "site", _("The whole site")
        GROUP = "group", _("A group, all its members together")
        USER = "user", _("A user")
        ACTION = "action", _("An action")

    class Period(models.TextChoices):
        """After which time a budget begins anew."""

        DAY = "day", _("each day")
        MONTH = "month", _("each month")

    class AtLimit(models.TextChoices):
        """What happens to a run that may cost more than is left. Budgets are asked in this order."""

        CHEAPER_MODEL = (
            "cheaper_model",
            _("Take the cheaper model of the action, or refuse the run"),
        )
        REFUSE = "refuse", _("Refuse the run")
        WARN = "warn", _("Only warn the admins")

    scope = models.CharField(_("applies to"), max_length=10, choices=Scope.choices)
    group = models.ForeignKey(
        "auth.Group",
        verbose_name=_("group"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
    )
    action = models.ForeignKey(
        "wagtail_llm_actions.LLMAction",
        verbose_name=_("action"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
    )
    amount_usd = models.DecimalField(
        _("amount in US dollars"),
        max_digits=12,
        decimal_places=2,
        validators=[MinValueValidator(CENT)],
    )
    period = models.CharField(
        _("period"), max_length=10, choices=Period.choices, default=Period.MONTH
    )
    at_limit = models.CharField(
        _("at the limit"), max_length=20, choices=AtLimit.choices, default=AtLimit.REFUSE
    )
    assumed_price_usd = models.DecimalField(
        _("price of models without a known price"),
        max_digits=12,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_(
            "In US dollars per million tokens, of input and of output. Empty: nobody can tell what runs of "
            "such models cost, so they are refused; a budget that only warns does not count them."
        ),
    )
    """Counts in the place of an unknown price."""

    class Meta:
        """Those of the site first."""

        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        ordering = ["scope", "pk"]

    def __str__(self) -> str:
        return f"{self.owner_label}, {self.get_period_display()}"

    @property
    def owner_label(self) -> str:
        """Whose runs it counts."""
        if self.scope not in OWNERS:
            return self.get_scope_display()
        owner = str(getattr(self, self.scope))
        return str(OWNERS[LLMBudget.Scope(self.scope)]) % {"name": owner}

    @property
    def amount_nano_usd(self) -> int:
        """The amount in billionths of a US dollar."""
        return to_nano(self.amount_usd)

    def clean(self) -> None:
        """Ask for the owner that the scope needs, and forget any other."""
        super().clean()
        for name in OWNERS:
            if name != self.scope:
                setattr(self, name, None)
            elif getattr(self, f"{name}_id") is None:
                raise ValidationError({name: _("Choose one.")})


OWNERS = {
    LLMBudget.Scope.GROUP: _("Group “%(name)s”"),
    LLMBudget.Scope.USER: _("User “%(name)s”"),
    LLMBudget.Scope.ACTION: _("Action “%(name)s”"),
}
"""Scopes, which are the names of the columns with whose they are, and what their budgets are called."""


class LLMBudgetPeriod(models.Model):
    """What a budget has spent and reserved in one day or month.

    A run is counted in the period in which it was queued. The sum of both columns is raised by one
    conditional UPDATE, so that it never exceeds the budget, however many clicks come at once.
    """

    budget = models.ForeignKey(LLMBudget, on_delete=models.CASCADE, related_name="periods")
    starts_on = models.DateField()
    """The first day, in the setting ``TIME_ZONE``."""
    carried_nano_usd = models.BigIntegerField(default=0)
    """The part of what is spent that has no reservation: of runs before the budget counted, and of those whose
    reservation was deleted after the end of the period."""
    spent_nano_usd = models.BigIntegerField(default=0)
    """What ended runs have cost, in billionths of a US dollar."""
    reserved_nano_usd = models.BigIntegerField(default=0)
    """What unfinished runs may cost at most."""
    warned_at = models.DateTimeField(null=True)
    """When the admins were told that most of it is spent; null before."""
    reached_at = models.DateTimeField(null=True)
    """When they were told that the limit is reached."""

    class Meta:
        """One row for each budget and period; without a row, nothing was spent."""

        constraints = [
            models.UniqueConstraint(
                fields=["budget", "starts_on"], name="llm_budget_one_per_period"
            )
        ]

    def __str__(self) -> str:
        return f"{self.budget} {self.starts_on}"

    @property
    def spent_usd(self) -> Decimal:
        """What was spent, in US dollars."""
        return to_usd(self.spent_nano_usd)

    @property
    def reserved_usd(self) -> Decimal:
        """What is reserved, in US dollars."""
        return to_usd(self.reserved_nano_usd)

    @property
    def left_usd(self) -> Decimal:
        """What is neither spent nor reserved, in US dollars; at least 0."""
        return max(Decimal(0), self.budget.amount_usd - self.spent_usd - self.reserved_usd)


class LLMReservation(models.Model):
    """What one run may cost at most, reserved in one period of a budget until the run has ended.

    A queued run keeps its reservation as long as it may still be executed. A worker that is lost loses
    its lease, by which its runs end, and their reservations with them.
    """

    # No constraint, and null: a reservation outlives its run, so that the counters can be verified.
    run = models.ForeignKey(
        "wagtail_llm_actions.LLMRun",
        on_delete=models.SET_NULL,
        null=True,
        related_name="reservations",
        db_constraint=False,
    )
    period = models.ForeignKey(
        LLMBudgetPeriod, on_delete=models.CASCADE, related_name="reservations"
    )
    reserved_nano_usd = models.BigIntegerField()
    """The worst case of the whole run, in billionths of a US dollar."""
    call_nano_usd = models.BigIntegerField()
    """The worst case of one call: counted for each call whose cost nobody knows."""
    counted_nano_usd = models.BigIntegerField(null=True)
    """What the run has cost; null until it is settled."""
    settled_at = models.DateTimeField(null=True)
    """When the cost took the place of the reservation; null before."""

    class Meta:
        """Indexed for what is not settled yet."""

        indexes = [models.Index(fields=["settled_at"], name="llm_reservation_settled")]

    def __str__(self) -> str:
        return f"{self.run_id}: {to_usd(self.reserved_nano_usd)}"


def to_nano(amount: Decimal) -> int:
    """Return US dollars as billionths, rounded up."""
    return math.ceil(amount * NANO)


def to_usd(nano: int) -> Decimal:
    """Return billionths as US dollars."""
    return Decimal(nano) / NANO
