"""The models of the catalog that a site could offer, and what each vendor still needs for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_llm_actions.catalog import catalog
from wagtail_llm_actions.conf import get_settings, raw_settings
from wagtail_llm_actions.conf.models import from_catalog
from wagtail_llm_actions.conf.providers import built_in_backends, enabling_variable
from wagtail_llm_actions.pricing import price_of

if TYPE_CHECKING:
    from wagtail_llm_actions.conf import ModelSettings
    from wagtail_llm_actions.pricing import Price
    from wagtail_llm_actions.providers.base import Provider


@dataclass(frozen=True, kw_only=True, slots=True)
class MoreModel:
    """A model that is not offered yet."""

    model: ModelSettings
    price: Price | None
    command: str = ""
    """What loads a local model, such as ``ollama pull mistral``; empty for others."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MoreModels:
    """The models of a vendor that is not set up."""

    vendor: str
    """The vendor's own spelling of its name."""
    steps: list[str]
    """Sentences that say what to do; mostly one."""
    setting: str
    """The line of settings that the last sentence speaks of; may be empty."""
    models: list[MoreModel]


def more_models() -> list[MoreModels]:
    """Return the vendors with models that a site does not offer, but has not hidden either."""
    found = [_more_models(path, backend) for path, backend in built_in_backends().items()]
    return [each for each in found if each.models]


def _more_models(path: str, backend: type[Provider]) -> MoreModels:
    known = get_settings().models.keys() | raw_settings().get("MODELS", {}).keys()
    models = [
        from_catalog(model, backend.vendor)
        for key, model in catalog().items()
        if model.vendor == backend.vendor and key not in known
    ]
    steps = []
    if not backend.is_installed():
        steps.append(
            # Straight quotes, as a shell needs them.
            _('Install its library: pip install "%(requirement)s"')
            % {"requirement": backend.requirement}
        )
    step, setting = _switch(path, backend, models)
    return MoreModels(
        vendor=backend.__name__.removesuffix("Provider"),
        steps=[*steps, step],
        setting=setting,
        models=[_with_price(model, backend) for model in models],
    )


def _switch(path: str, backend: type[Provider], models: list[ModelSettings]) -> tuple[str, str]:
    """Return the step that makes a vendor's models available, and the line of settings for it."""
    providers = get_settings().providers
    if "PROVIDERS" in raw_settings():
        alias = backend.vendor if backend.vendor not in providers else f"{backend.vendor}-vendor"
        where = (
            f'"API_KEY": os.environ["{backend.api_key_variable}"]'
            if backend.api_key_variable
            else f'"BASE_URL": "{backend.default_base_url}"'
        )
        return (
            _("Add this line to PROVIDERS in the settings of the site, and start it again:"),
            f'"{alias}": {{"BACKEND": "{path}", {where}}},',
        )
    if backend.vendor in providers and models:
        name = models[-1].name
        return (
            _("%(variable)s leads to another server. Name the models that it has in MODELS:")
            % {"variable": backend.base_url_variable},
            f'"{name}": {{"PROVIDER": "{backend.vendor}", "NAME": "{name}"}},',
        )
    step = _("Set %(variable)s in the environment of the site, and start it again.")
    return step % {"variable": enabling_variable(backend)}, ""


def _with_price(model: ModelSettings, backend: type[Provider]) -> MoreModel:
    price = price_of(
        vendor=backend.vendor,
        is_local=backend.is_local,
        base_url=None,
        model=model.name,
        override=None,
        when=timezone.now(),
    )
    command = f"{backend.vendor} pull {model.name}" if backend.is_local else ""
    return MoreModel(model=model, price=price, command=command)
