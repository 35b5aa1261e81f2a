"""``Provider``: what an adapter of a language model has to do, and the facts about its vendor."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from wagtail_llm_actions.errors import ModelUnavailable
from wagtail_llm_actions.generation import ModelStatus
from wagtail_llm_actions.providers.entry_checks import check_address, check_key
from wagtail_llm_actions.providers.errors.echo import hide_echo
from wagtail_llm_actions.providers.redaction import redact

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from wagtail_llm_actions.errors import ProviderError, ProviderErrorContext
    from wagtail_llm_actions.generation import GenerationRequest, StreamItem, Usage
    from wagtail_llm_actions.providers.corrections.correction import Correction


class ProviderNotInstalled(ModelUnavailable):
    """The adapter's client library cannot be imported; the message says how to install it."""

    reason = "not_installed"
    retryable = False

    def __init__(self, *, provider: str, requirement: str, reason: ImportError) -> None:
        super().__init__(
            provider=provider,
            model="every model",
            detail=f'{reason}. Install the SDK: pip install "{requirement}".',
        )

    def __str__(self) -> str:
        return f"{super().__str__()}: {self.detail}"

    def context(self) -> ProviderErrorContext:
        """Return the reason; there is no answer of a provider."""
        return {"reason": self.reason}


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """What an adapter knows about a failed call; ``Provider.error`` makes an exception of it."""

    kind: type[ProviderError]
    message: str = ""
    """The provider's own message, not yet redacted."""
    status_code: int | None = None
    retry_after_seconds: float | None = None
    retryable: bool | None = None
    """Set only where this case differs from ``kind.retryable``."""
    usage: Usage | None = None
    """Tokens that the provider bills although the output cannot be used."""
    is_unbilled: bool = False
    """Whether the call was refused, or never reached the server, so that nothing is billed."""


class Provider(ABC):
    """An account at a vendor, or a server that speaks a vendor's protocol.

    One instance serves all calls of a process, from any thread; all calls run on one event loop.
    The class attributes are the only place that knows the vendor: settings, prices, the model
    catalog and the admin read them from here.
    """

    vendor: ClassVar[str] = ""
    """The vendor's id in the model catalog and in the price list; empty for an unknown vendor."""
    default_base_url: ClassVar[str] = ""
    """The vendor's own server; empty where there is none, so that ``BASE_URL`` is needed."""
    is_local: ClassVar[bool] = False
    """Whether models run on the site's own machines, and therefore cost nothing per token."""
    api_key_variable: ClassVar[str] = ""
    """Environment variable with the key; where ``PROVIDERS`` is not set, it enables the provider."""
    base_url_variable: ClassVar[str] = ""
    """Environment variable with the address; enables a provider that has no ``api_key_variable``."""
    requirement: ClassVar[str] = ""
    """What pip has to install for this adapter, such as ``wagtail-llm-actions[openai]``."""
    packages: ClassVar[tuple[str, ...]] = ()
    """Distributions of the client library; their versions belong into a support report."""
    added_paths: ClassVar[tuple[str, ...]] = ()
    """Paths that the client library appends, so that ``base_url`` must not end with one."""
    sends_images: ClassVar[bool] = False
    """Whether ``stream`` sends the images of a request; without it, no model of it gets any."""

    @classmethod
    def is_installed(cls) -> bool:
        """Return whether the client library is there; imports nothing."""
        try:
            return all(version(package) for package in cls.packages)
        except PackageNotFoundError:
            return False

    def __init__(
        self,
        *,
        alias: str,
        api_key: str | None = None,
        base_url: str | None = None,
        options: Mapping[str, object] | None = None,
    ) -> None:
        """Store the settings of an entry in ``PROVIDERS``; imports no client library.

        Args:
            alias: The entry's key.
            api_key: ``API_KEY``.
            base_url: ``BASE_URL``; ``None`` is the vendor's own server.
            options: ``OPTIONS``; stored as a dict. A subclass validates them, and raises
                ``TypeError`` or ``ValueError`` with a message that quotes no value.

        Raises:
            ValueError: ``base_url`` is not an HTTP address, contains a password, or ends with
                one of ``added_paths`` or an endpoint; or it, or ``api_key``, holds characters of
                an environment file, such as a line break.
        """
        if base_url:
            check_address(base_url, added_paths=self.added_paths)
        if api_key:
            check_key(api_key)
        self.alias = alias
        address, _question_mark, query = (base_url or "").partition("?")
        self.base_url = address or None
        self.query = dict(parse_qsl(query, keep_blank_values=True))
        self.api_key = api_key or None
        self.options: Any = dict(options or {})

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.alias!r}>"

    @classmethod
    def serves_vendor_models(cls, base_url: str | None) -> bool:
        """Return whether an address is the vendor's own, in any of its regions.

        A compatible server at another address has models, prices and limits of its own.
        """
        if not base_url:
            return bool(cls.vendor)
        own = urlsplit(cls.default_base_url).hostname
        host = urlsplit(base_url).hostname or ""
        return own is not None and (host == own or host.endswith(f".{own}"))

    @classmethod
    def missing_path(cls, base_url: str) -> str:
        """Return the path that an address probably lacks, for a warning; empty by default."""
        return ""

    @classmethod
    def context_tokens(cls, options: Mapping[str, Any]) -> int | None:
        """Return the limit of prompt and answer together that ``OPTIONS`` set; ``None`` for none."""
        found = options.get("context_tokens")
        return found if isinstance(found, int) else None

    @abstractmethod
    def stream(self, request: GenerationRequest) -> AsyncGenerator[StreamItem]:
        """Generate one text: yield each piece as a ``TextDelta``, then one ``GenerationResult``.

        What a model thinks before it writes is yielded as ``ReasoningDelta``. Usually an ``async def`` with ``yield``. When the generator is closed or its task is
        cancelled, it closes its connection before it ends. It needs no time limit for the whole
        answer: the caller cancels.

        Raises:
            ProviderError: The call failed; made with ``error``. An exception of the client library
                must not get out, because its message may quote the key or the prompt.
        """

    async def check_model(self, model: str) -> ModelStatus:
        """Return whether the model can be used, without generating anything.

        By default the status is unknown, and the admin shows it as such.

        Raises:
            ProviderError: As ``stream``; the caller turns it into a status.
        """
        return ModelStatus(reachable=None)

    def warm_up(self) -> None:  # noqa: B027 - an adapter without a client library has nothing to load
        """Load what the first call needs, before it is made.

        Called in a worker before it takes runs, and possibly before it forks: open no connection
        and start no thread or event loop.

        Raises:
            ProviderNotInstalled: The client library is missing.
        """

    def corrections(self, model: str) -> tuple[Correction, ...]:
        """Return what this process has learned to change about the requests for a model."""
        return ()

    def secrets(self) -> tuple[str, ...]:
        """Return the texts that ``error`` removes from messages."""
        return tuple(filter(None, (self.api_key, *self.query.values())))

    def error(self, failure: Failure, model: str, *, sent: str = "") -> ProviderError:
        """Build the exception for a failed call.

        Secrets are removed from its message, which is cut to 500 characters.

        Args:
            failure: What is known about it.
            model: The model that was called.
            sent: The texts of the request, which the message does not repeat.
        """
        return failure.kind(
            provider=self.alias,
            model=model,
            status_code=failure.status_code,
            retry_after_seconds=failure.retry_after_seconds,
            retryable=failure.retryable,
            detail=redact(hide_echo(failure.message, sent), *self.secrets()),
            usage=failure.usage,
            is_unbilled=failure.is_unbilled,
        )
