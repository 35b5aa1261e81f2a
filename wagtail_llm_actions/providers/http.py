"""``HTTPProvider``: the part of an adapter that is the same for every HTTP client library."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from wagtail_llm_actions.errors import (
    AuthenticationFailed,
    ContentFiltered,
    ModelNotFound,
    RateLimited,
    RequestRejected,
)
from wagtail_llm_actions.providers.base import Failure, Provider, ProviderNotInstalled
from wagtail_llm_actions.providers.client_pool import ClientPerLoop
from wagtail_llm_actions.providers.corrections.correction import Corrections
from wagtail_llm_actions.providers.corrections.refusals import REFUSING_STATUSES, find_corrections
from wagtail_llm_actions.providers.errors.echo import without_echo
from wagtail_llm_actions.providers.options import HTTPOptions, merged_options, read_options
from wagtail_llm_actions.providers.redaction import is_secret
from wagtail_llm_actions.providers.response_parsing import release_frames

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable, Callable, Mapping
    from contextlib import AbstractAsyncContextManager

    from wagtail_llm_actions.generation import (
        GenerationRequest,
        GenerationResult,
        ModelStatus,
        StreamItem,
    )
    from wagtail_llm_actions.providers.corrections.correction import Correction
    from wagtail_llm_actions.providers.response_parsing import ResponseParser

Client = TypeVar("Client")
Options = TypeVar("Options", bound=HTTPOptions)

REFUSALS = (AuthenticationFailed, ModelNotFound, RateLimited, RequestRejected)
"""What a server refuses before it generates, also where it says so in an answer of status 200."""
MAX_CORRECTIONS = 4
"""Of one model; after each the server is asked once more, since a refused request costs nothing."""
PUBLIC_HEADERS = frozenset(
    {
        *("accept", "accept-language", "content-type", "user-agent", "referer", "http-referer"),
        *("x-title", "openai-beta", "anthropic-beta", "anthropic-version"),
    }
)
"""Headers that hold ordinary words, which must not be masked in messages."""


class HTTPProvider(Provider, Generic[Client, Options]):
    """Template for adapters: a subclass opens streams, parses events and maps errors.

    This class holds the clients, checks the key, translates and redacts errors, and closes
    connections.
    """

    options_class: type[Options]
    end_seconds: float = 5.0
    """How long token counts, and the end of the response, may come after the end of the text."""
    parser_class: ClassVar[type[ResponseParser]]
    """Reads the events of one stream; a new instance for each."""

    def __init__(
        self,
        *,
        alias: str,
        api_key: str | None = None,
        base_url: str | None = None,
        options: Mapping[str, object] | None = None,
    ) -> None:
        """Store the settings.

        Raises:
            TypeError: An option is unknown or has the wrong type.
            ValueError: An option or ``base_url`` cannot be used.
        """
        super().__init__(alias=alias, api_key=api_key, base_url=base_url, options=options)
        self._given = self.options
        self.options = read_options(self.options_class, self.options)
        self._corrections = Corrections()
        self._clients = ClientPerLoop(self.build_client)

    @abstractmethod
    def build_client(self) -> Client:
        """Import the client library and build a client that has no connection yet.

        The client must not retry: attempts are counted, timed and limited by the caller.
        """

    @abstractmethod
    def request_kwargs(self, request: GenerationRequest) -> dict[str, Any]:
        """Return the arguments with which the client is called; override it to change a request."""

    @abstractmethod
    def open_stream(
        self, request: GenerationRequest
    ) -> AbstractAsyncContextManager[AsyncIterable[Any]]:
        """Send the request and return its events; leaving the block closes the connection.

        Usually an async generator with ``@asynccontextmanager``.
        """

    @abstractmethod
    def map_error(self, error: Exception, model: str, *, sent: str = "") -> Failure | None:
        """Return what an exception of the client library means.

        Args:
            error: As it was raised.
            model: The model that was called.
            sent: The texts of the request; what a message repeats of them says nothing.

        Returns:
            ``None`` for an exception that is not the library's: a bug, which is not translated.
        """

    def corrected_kwargs(self, request: GenerationRequest) -> dict[str, Any]:
        """Return ``request_kwargs`` without what the server has refused before."""
        kwargs = self.request_kwargs(request)
        for correction in self.corrections(request.model):
            correction.apply(kwargs)
        return kwargs

    def corrections(self, model: str) -> tuple[Correction, ...]:
        """Return what is changed about the requests for a model."""
        return self._corrections.of(model)

    def options_for(self, request: GenerationRequest) -> Options:
        """Return the provider's options with those of the model, which come first."""
        if not request.options:
            return self.options  # type: ignore[no-any-return]
        return merged_options(self.options_class, self._given, request.options)

    def _find_corrections(
        self, request: GenerationRequest, failure: Failure, error: Exception
    ) -> tuple[Correction, ...]:
        if failure.status_code not in REFUSING_STATUSES:
            return ()
        parameter, code = getattr(error, "param", None), getattr(error, "code", None)
        words = without_echo(failure.message, _texts(request))
        return find_corrections(
            f"{words} ({code})" if isinstance(code, str) else words,
            parameter=parameter if isinstance(parameter, str) else "",
            sent=self.corrected_kwargs(request),
        )

    async def find_model(self, model: str) -> ModelStatus:
        """Ask the server for a model; errors are translated by the caller."""
        return await super().check_model(model)

    @property
    def is_vendors_server(self) -> bool:
        """Whether this is the vendor's own server, not a compatible one."""
        return self.serves_vendor_models(self.base_url)

    @property
    def client(self) -> Client:
        """The client of the running event loop."""
        return self._clients.get()

    def warm_up(self) -> None:
        """Import the client library (up to 2 s) and build a client (0.1 s).

        Raises:
            ProviderNotInstalled: The client library is missing.
        """
        try:
            self._clients.build_ahead()
        except ImportError as error:
            raise ProviderNotInstalled(
                provider=self.alias, requirement=self.requirement, reason=error
            ) from None

    async def stream(self, request: GenerationRequest) -> AsyncGenerator[StreamItem]:
        """Stream one answer."""
        await self._get_ready(request.model)
        map_error = partial(self.map_error, model=request.model)
        while True:
            parser, is_answered = self.parser_class(), False
            known = self.corrections(request.model)
            try:
                async with self.open_stream(request) as events:
                    is_answered = True
                    async for event in _until_end(events, parser, self.end_seconds, map_error):
                        for item in parser.read(event):
                            yield item
                yield self._redacted(parser.result(request.model), request)
            except Exception as error:
                failure = self.map_error(error, request.model, sent=_texts(request))
                if failure is None:
                    raise
                is_refused = failure.status_code is not None or _never_connected(error)
                is_refusal = not parser.has_started and issubclass(failure.kind, REFUSALS)
                is_unbilled = is_refusal or (is_refused and not is_answered)
                failure = replace(failure, is_unbilled=is_unbilled)
                found = self._find_corrections(request, failure, error)
                release_frames(error)
            else:
                return
            # Outside the block: ``__context__`` would keep the library's exception, which quotes more.
            if set(found) <= set(known) or len(known) >= MAX_CORRECTIONS:
                raise self.error(failure, request.model, sent=_texts(request))
            self._corrections.add(request.model, found)

    async def check_model(self, model: str) -> ModelStatus:
        """Return whether the server has the model."""
        await self._get_ready(model)
        try:
            return await self.find_model(model)
        except Exception as error:
            failure = self.map_error(error, model)
            if failure is None:
                raise
            release_frames(error)
        raise self.error(failure, model)

    def _redacted(self, result: GenerationResult, request: GenerationRequest) -> GenerationResult:
        if not result.detail:
            return result
        failure = Failure(kind=ContentFiltered, message=result.detail)
        return replace(
            result, detail=self.error(failure, request.model, sent=_texts(request)).detail
        )

    def secrets(self) -> tuple[str, ...]:
        """Return the key and what may be secret in ``extra_headers``."""
        # "Bearer abc" is a secret as a whole and in its last word.
        headers = self.options.extra_headers.items()
        values = [value for name, value in headers if name.lower() not in PUBLIC_HEADERS]
        parts = [part for value in values for part in (value, *value.split())]
        return (
            *super().secrets(),
            *sorted(filter(is_secret, parts), key=len, reverse=True),
        )

    async def _get_ready(self, model: str) -> None:
        if message := self._wrong_key():
            failure = Failure(kind=AuthenticationFailed, message=message, is_unbilled=True)
            raise self.error(failure, model)
        await self._clients.prepare(self.warm_up)

    def _wrong_key(self) -> str:
        """Return why no call can be made with the configured key; empty where one can."""
        if self.api_key is None:
            is_needed = self.is_vendors_server and not self.is_local
            return "No API key is configured." if is_needed else ""
        if self.api_key.isascii() and self.api_key.isprintable():
            return ""
        return "The API key holds characters that no key can have, such as a line break."


async def _until_end(
    events: AsyncIterable[Any],
    parser: ResponseParser,
    end_seconds: float,
    map_error: Callable[[Exception], Failure | None],
) -> AsyncGenerator[Any]:
    """Yield events; how the connection ends no longer matters once the answer has.

    Args:
        events: As they arrive.
        parser: Which is given each of them.
        end_seconds: How long the next may take after the end of the text.
        map_error: Returns ``None`` for a bug, which is always raised.
    """
    iterator = aiter(events)
    while True:
        try:
            async with asyncio.timeout(end_seconds if parser.has_ended else None):
                event = await anext(iterator)
        except StopAsyncIteration:
            return
        except Exception as error:
            is_broken = isinstance(error, TimeoutError | ValueError) or _is_transport_error(error)
            is_late = parser.has_ended if is_broken else parser.is_whole and map_error(error)
            if not is_late:
                raise
            release_frames(error)
            return
        yield event


def _is_transport_error(error: BaseException) -> bool:
    """Return whether a connection broke; by name, since each library has its own classes."""
    return any(found.__name__ == "TransportError" for found in type(error).__mro__)


def _texts(request: GenerationRequest) -> str:
    return f"{request.system_instructions}\n{request.prompt}"


def _never_connected(error: BaseException | None) -> bool:
    """Return whether no connection was opened; by name, since each library has its own classes."""
    while error is not None:
        if type(error).__name__ in {"ConnectError", "ConnectTimeout"}:
            return True
        error = error.__cause__ or error.__context__
    return False
