"""Parse and validate the arguments of ``llm_actions_run``."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.utils.text import capfirst
from wagtail.models import AbstractPage

from wagtail_llm_actions.bulk.start import below, objects_of
from wagtail_llm_actions.compat import page_model
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.models import LLMAction
from wagtail_llm_actions.spending.prices import current_price

if TYPE_CHECKING:
    from django.db.models import QuerySet


def read_action(name: str) -> LLMAction:
    """Return the active action with this label or id.

    Raises:
        CommandError: No action matches, or several do; the message lists the candidates.
    """
    actions = LLMAction.objects.select_related("model_type", "prompt_template__latest_revision")
    found = list(actions.filter(label=name))
    if name.isdecimal() and not found:
        found = list(actions.filter(pk=name))
    if len(found) != 1:
        candidates = found or actions.filter(is_active=True)
        which = "Several actions have this label" if found else f"There is no action “{name}”"
        lines = [
            f"  {action.pk}: {action.label} ({action.model_type.name}, {action.destination})"
            for action in candidates
        ]
        raise CommandError("\n".join([f"{which}. Choose one by its id:", *lines]))
    llm_action: LLMAction = found[0]
    if not llm_action.is_active:
        msg = f"“{llm_action.label}” is not active, so no editor would see its texts."
        raise CommandError(msg)
    return llm_action


def check_models(llm_action: LLMAction, *, with_price: bool) -> None:
    """Check the models of an action before any run is started.

    Args:
        llm_action: The action to run.
        with_price: Whether ``--stop-at-cost`` needs the prices of its models.

    Raises:
        CommandError: The model is not configured, or a price is needed and unknown.
    """
    models = get_settings().models
    if llm_action.model not in models:
        msg = f"The model “{llm_action.model}” is not configured."
        raise CommandError(msg)
    for key in (llm_action.model, llm_action.fallback_model):
        if with_price and key in models and current_price(models[key]) is None:
            msg = (
                f"The price of “{key}” is not known, so --stop-at-cost cannot be used. Set PRICE in "
                "its entry of MODELS."
            )
            raise CommandError(msg)


def read_objects(llm_action: LLMAction, options: dict[str, Any]) -> QuerySet[Any]:
    """Return the objects that ``--pages``, ``--below`` or ``--all`` select.

    Raises:
        CommandError: An object does not exist, or the action is not offered on it.
    """
    try:
        objects = objects_of(llm_action, with_aliases=True)
    except LookupError:
        msg = "The page or snippet type of this action does not exist any more."
        raise CommandError(msg) from None
    if options["pages"]:
        return _these(objects, options["pages"])
    if options["below"]:
        if not issubclass(objects.model, AbstractPage):
            msg = f"{objects.model._meta.verbose_name_plural} are not below a page."
            raise CommandError(capfirst(msg))
        return below(objects, _these(page_model().objects.all(), [options["below"]]).get())
    return objects


def _these(objects: QuerySet[Any], ids: list[str]) -> QuerySet[Any]:
    try:
        pks = {objects.model._meta.pk.to_python(one) for one in ids}
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
    found = objects.filter(pk__in=pks)
    if missing := pks - set(found.values_list("pk", flat=True)):
        names = ", ".join(sorted(map(str, missing)))
        msg = f"These do not exist, or the action is not offered on them: {names}."
        raise CommandError(msg)
    return found


def read_user(name: str | None) -> Any:
    """Return the user with this username; ``None`` if the argument was left out.

    Raises:
        CommandError: There is no such user.
    """
    if name is None:
        return None
    model = get_user_model()
    try:
        return model._default_manager.get_by_natural_key(name)
    except model.DoesNotExist:
        msg = f"There is no user “{name}”."
        raise CommandError(msg) from None


def positive(text: str) -> int:
    """Parse a whole number of at least 1.

    Raises:
        ValueError: It is not one; argparse turns this into an error of the command.
    """
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def dollars(text: str) -> Decimal:
    """Parse an amount of US dollars above 0.

    Raises:
        ValueError: It is not one; argparse turns this into an error of the command.
    """
    try:
        amount = Decimal(text)
        is_amount = amount > 0
    except InvalidOperation:
        is_amount = False
    if not is_amount:
        raise ValueError
    return amount
