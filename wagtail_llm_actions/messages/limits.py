"""What people read when one of the site's limits or budgets stops a run or a request."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.errors import LimitExceeded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wagtail_llm_actions.errors import BudgetContext, LimitContext

HOUR_SECONDS = 3_600
CONCURRENT = (LimitExceeded.USER_CONCURRENT, LimitExceeded.SITE_CONCURRENT)
PER_DAY = (LimitExceeded.USER_PER_DAY, LimitExceeded.SITE_PER_DAY)

BUDGETS = {
    ("site", "day"): gettext_lazy(
        "The daily budget of this site has too little left for this run."
    ),
    ("site", "month"): gettext_lazy(
        "The monthly budget of this site has too little left for this run."
    ),
    ("group", "day"): gettext_lazy(
        "The daily budget of your group has too little left for this run."
    ),
    ("group", "month"): gettext_lazy(
        "The monthly budget of your group has too little left for this run."
    ),
    ("user", "day"): gettext_lazy("Your daily budget has too little left for this run."),
    ("user", "month"): gettext_lazy("Your monthly budget has too little left for this run."),
    ("action", "day"): gettext_lazy(
        "The daily budget of this action has too little left for this run."
    ),
    ("action", "month"): gettext_lazy(
        "The monthly budget of this action has too little left for this run."
    ),
}
"""By whose budget it is, and for which period."""
RESERVED = gettext_lazy(
    "The runs under way may use up a budget of this site. Wait until they have ended, then try again."
)


def limit_sentence(context: LimitContext) -> str:
    """Return which limit is reached, and when to try again."""
    if context.get("limit") in CONCURRENT:
        when = _("Wait until one ends, then try again.")
    else:
        when = _when(math.ceil(context.get("retry_after_seconds") or 0))
    return f"{_which_limit(context)} {when}"


def _when(seconds: int) -> str:
    if seconds > HOUR_SECONDS:
        hours = math.ceil(seconds / HOUR_SECONDS)
        message = ngettext("Try again in %(count)d hour.", "Try again in %(count)d hours.", hours)
        return message % {"count": hours}
    message = ngettext("Try again in %(count)d second.", "Try again in %(count)d seconds.", seconds)
    return message % {"count": seconds}


def daily_limits_sentence() -> str:
    """Return how many runs may be started in a day, by the settings."""
    limits = get_settings().limits
    of_user = ngettext(
        "One user can start %(number)s run in 24 hours.",
        "One user can start %(number)s runs in 24 hours.",
        limits.user_per_day or 0,
    )
    of_site = ngettext(
        "All users together can start %(number)s run in 24 hours.",
        "All users together can start %(number)s runs in 24 hours.",
        limits.site_per_day or 0,
    )
    return " ".join(
        (
            _with_number(of_user, limits.user_per_day)
            or _("One user can start any number of runs in a day."),
            _with_number(of_site, limits.site_per_day)
            or _("All users together can start any number of runs in a day."),
        )
    )


def _with_number(message: str, number: int | None) -> str:
    return message % {"number": number_format(number, force_grouping=True)} if number else ""


def too_large_sentence() -> str:
    """Return what to do about a form that is too large to be sent."""
    return _("This form is too large to be sent. Shorten its texts, then try again.")


def _which_limit(context: LimitContext) -> str:
    limit, number = context.get("limit", ""), context.get("number", 0)
    if context.get("count", number) < number:
        # Several candidates were asked for, and only some of them would be within the limit.
        message = _too_many_at_once(limit, number)
    elif limit == LimitExceeded.USER_CONCURRENT:
        message = ngettext(
            "You have %(number)d run under way, which is the limit.",
            "You have %(number)d runs under way, which is the limit.",
            number,
        )
    elif limit == LimitExceeded.USER_PER_MINUTE:
        message = ngettext(
            "You have started %(number)d run in the last minute, which is the limit.",
            "You have started %(number)d runs in the last minute, which is the limit.",
            number,
        )
    elif limit == LimitExceeded.USER_PER_DAY:
        message = ngettext(
            "You have started %(number)d run in the last 24 hours, which is the limit.",
            "You have started %(number)d runs in the last 24 hours, which is the limit.",
            number,
        )
    elif limit == LimitExceeded.SITE_CONCURRENT:
        message = ngettext(
            "This site has %(number)d run under way, which is the limit.",
            "This site has %(number)d runs under way, which is the limit.",
            number,
        )
    elif limit == LimitExceeded.SITE_PER_DAY:
        message = ngettext(
            "This site has started %(number)d run in the last 24 hours, which is the limit.",
            "This site has started %(number)d runs in the last 24 hours, which is the limit.",
            number,
        )
    elif limit == LimitExceeded.REQUESTS_PER_MINUTE:
        message = ngettext(
            "You have asked for this %(number)d time in the last minute, which is the limit.",
            "You have asked for this %(number)d times in the last minute, which is the limit.",
            number,
        )
    else:
        message = ngettext(
            "This site has started %(number)d run in the last minute, which is the limit.",
            "This site has started %(number)d runs in the last minute, which is the limit.",
            number,
        )
    return message % {"number": number}


def _too_many_at_once(limit: str, number: int) -> str:
    if limit in CONCURRENT:
        return ngettext(
            "This would be more than %(number)d run at once, which is the limit.",
            "This would be more than %(number)d runs at once, which is the limit.",
            number,
        )
    if limit in PER_DAY:
        return ngettext(
            "This would be more than %(number)d run in 24 hours, which is the limit.",
            "This would be more than %(number)d runs in 24 hours, which is the limit.",
            number,
        )
    return ngettext(
        "This would be more than %(number)d run in a minute, which is the limit.",
        "This would be more than %(number)d runs in a minute, which is the limit.",
        number,
    )


def is_brief(context: Mapping[str, Any]) -> bool:
    """Return whether an error, by its context, is a limit that gives way within minutes."""
    limit = context.get("limit")
    return bool(context.get("is_reserved") or (limit and limit not in PER_DAY))


def budget_sentence(context: BudgetContext) -> str:
    """Return which budget has too little left, and what to do; no amounts, which are not for everyone."""
    if context.get("is_reserved"):
        return str(RESERVED)
    which = BUDGETS.get((context.get("scope", ""), context.get("period", "")))
    day = context.get("ends_on")
    if not which or not day:
        return _("A budget of this site is used up. Ask your admin.")
    if context.get("exceeds_amount"):
        what_to_do = _("Even the whole budget would be too little. Ask your admin.")
    else:
        what_to_do = _("It begins anew on %(date)s; try again then, or ask your admin.") % {
            "date": date_format(date.fromisoformat(day), "DATE_FORMAT")
        }
    return f"{which} {what_to_do}"
