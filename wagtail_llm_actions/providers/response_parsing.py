"""Read streamed answers, whatever their protocol.

Nothing that a server sends is trusted.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from traceback import clear_frames
from typing import TYPE_CHECKING, ClassVar, TypeVar

from wagtail_llm_actions.errors import (
    ContentFiltered,
    InvalidOutput,
    ModelUnavailable,
    OnlyReasoning,
)
from wagtail_llm_actions.generation import (
    FinishReason,
    GenerationResult,
    ReasoningDelta,
    TextDelta,
)
from wagtail_llm_actions.providers.base import Failure
from wagtail_llm_actions.providers.errors.body import MAX_CHARS, read_error
from wagtail_llm_actions.providers.finish_reasons import finish_word, read_finish_reason
from wagtail_llm_actions.providers.sse import DONE, JSONObject
from wagtail_llm_actions.providers.usage.reader import UsageReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wagtail_llm_actions.errors import ProviderError
    from wagtail_llm_actions.generation import Usage
    from wagtail_llm_actions.providers.sse import Event

T = TypeVar("T")
_PLAIN_FILTER_REASONS = {"content_filter", "refusal"}
"""Say nothing that the message does not say."""
MIN_REPEATED_CHARS = 20
"""A piece that begins with a whole text of this length, or a longer one, repeats it."""


class ResponseError(Exception):
    """The server answered, but not with a usable text; becomes a ``ProviderError``."""

    def __init__(self, kind: type[ProviderError], message: str, usage: Usage | None = None) -> None:
        super().__init__(message)
        self.failure = Failure(kind=kind, message=message, usage=usage)

    @classmethod
    def of(cls, failure: Failure) -> ResponseError:
        """Build the error for a failure that the server describes in place of an answer."""
        error = cls(failure.kind, failure.message)
        error.failure = failure
        return error


class ResponseParser(ABC):
    """Reads the events of one answer, and remembers what its result needs.

    A subclass sets the attributes in ``parse``.
    """

    expected: ClassVar[str]
    """What the server should have streamed, such as ``a message``."""
    filtered_message: ClassVar[str] = "The provider's content filter stopped it."
    cached_is_separate: ClassVar[bool] = False
    """Whether the protocol counts cached tokens beside the input, not as part of it."""

    def __init__(self) -> None:
        self.has_started = False
        """Whether any event of the protocol has arrived."""
        self.finish_reason: str | None = None
        """As the server writes it; ``None`` where it has not said it."""
        self.is_complete = False
        """Whether the server marked the end of the answer in another way than by a reason."""
        self.unread = ""
        """A member that was missing in an event; such events are ignored where others hold text."""
        self.response_model: str | None = None
        self.refusal = ""
        """Why the model or a content filter refused, where the server says so."""
        self.filter_reasons: list[str] = []
        """Which categories of a content filter struck."""
        self.is_refused = False
        """Whether the refusal stands in place of an answer, so that no text counts."""
        self._goes_on = False
        """Whether text followed what looked like the end: some servers say “stop” in each piece."""
        self._words = ""
        """What arrived that is no event; a web page perhaps."""
        self._pieces: list[str] = []
        self._length = 0
        """Of the pieces, in characters."""
        self._has_text = False
        self._has_reasoned = False
        self._usage = UsageReader(cached_is_separate=self.cached_is_separate)

    @property
    def has_ended(self) -> bool:
        """Whether the server said that the text is at its end; token counts may follow."""
        return self.is_complete or (self.finish_reason is not None and not self._goes_on)

    @property
    def is_whole(self) -> bool:
        """Whether the text has arrived, so that no error behind it takes anything from it."""
        has_failed = read_finish_reason(self.finish_reason) == FinishReason.ERROR
        return self.has_ended and self._has_text and not has_failed

    @property
    def usage(self) -> Usage | None:
        """Token counts; ``None`` where the server has not reported any."""
        return self._usage.usage(has_text=self._has_text)

    @abstractmethod
    def parse(self, event: JSONObject) -> Iterator[TextDelta | ReasoningDelta]:
        """Take in one event, and yield its text and its reasoning.

        An event that holds no text never ends an answer, so one of another protocol is only noted
        in ``unread``.

        Raises:
            ResponseError: A member has a type that it cannot have.
        """

    def read(self, event: Event) -> Iterator[TextDelta | ReasoningDelta]:
        """Yield what the next event holds, without empty texts; errors as in ``parse``."""
        if event is DONE:
            self.is_complete = True
            return
        if not isinstance(event, JSONObject):
            self.unread = self.unread or "event"
            if isinstance(event, str) and len(self._words) < MAX_CHARS:
                self._words += f"{event}\n"
            return
        had_ended = self.has_ended
        for delta in self.parse(event):
            if isinstance(delta, ReasoningDelta):
                self._has_reasoned = True
                yield delta
            elif text := self._without_repetition(delta.text):
                self._has_text = self._has_text or bool(text.strip())
                if had_ended:
                    self._goes_on, self.is_complete = True, False
                yield delta if text == delta.text else TextDelta(text=text)

    def _without_repetition(self, text: str) -> str:
        """Return a piece without the whole text so far, which gateways send again, mostly at the end."""
        if len(text) >= self._length >= MIN_REPEATED_CHARS:
            self._pieces = ["".join(self._pieces)]
            text = text.removeprefix(self._pieces[0])
        self._pieces.append(text)
        self._length += len(text)
        return text

    def result(self, request_model: str) -> GenerationResult:
        """Return the end of the answer, after the last event.

        Args:
            request_model: Stands in where the server does not name the model.

        Raises:
            ResponseError: The answer was cut off, refused, or has no visible text.
        """
        if not self.has_started:
            raise ResponseError(InvalidOutput, self.why_not_started(), self.usage)
        if self.unread and not self._has_text:
            raise wrong_shape(self.unread)
        reason = read_finish_reason(self.finish_reason)
        if not reason and not self.is_complete:
            raise ResponseError(ModelUnavailable, "The answer broke off.", self.usage)
        finish_reason = reason or FinishReason.STOP
        if finish_reason == FinishReason.ERROR:
            message = f"The answer broke off (finish reason: {self.finish_reason})."
            raise ResponseError(ModelUnavailable, message, self.usage)
        is_filtered = finish_reason == FinishReason.CONTENT_FILTER and not self._has_text
        if self.is_refused or is_filtered:
            raise ResponseError(ContentFiltered, self.why_filtered(), self.usage)
        if not self._has_text:
            has_reasoned = self._has_reasoned or (self.usage and self.usage.reasoning_tokens)
            kind = OnlyReasoning if has_reasoned else InvalidOutput
            raise ResponseError(kind, self.why_empty(), self.usage)
        return GenerationResult(
            finish_reason=finish_reason,
            response_model=self.response_model or request_model,
            usage=self.usage,
            detail=self.why_filtered() if finish_reason == FinishReason.CONTENT_FILTER else "",
        )

    def why_not_started(self) -> str:
        """Explain a body without any event of the protocol."""
        if self.is_complete and not self.unread and not self._has_text:
            return "The server sent nothing but the end of an answer."
        words = read_error(self._words).message
        said = f" It sent: {words}" if words else ""
        return f"The server did not stream {self.expected}. Is BASE_URL right?{said}"

    def why_filtered(self) -> str:
        """Say what the server says about a refusal, with its own word for the end and the categories."""
        reasons, word = [*self.filter_reasons], self.finish_reason or ""
        is_its_own = read_finish_reason(word) == FinishReason.CONTENT_FILTER
        if is_its_own and word.lower() not in _PLAIN_FILTER_REASONS:
            reasons.insert(0, f"finish reason: {word}")
        message = self.refusal or self.filtered_message
        said = "; ".join(dict.fromkeys(reasons))
        return f"{message.rstrip('.')} ({said})." if said else message

    def why_empty(self) -> str:
        """Explain an answer without visible text."""
        message = f"The model wrote no visible text (finish reason: {self.finish_reason})."
        usage = self.usage
        if usage and usage.reasoning_tokens:
            message += (
                f" {usage.reasoning_tokens} of its {usage.output_tokens} tokens went into"
                " reasoning."
            )
        return message


def read(value: object, name: str, kind: type[T]) -> T | None:
    """Return an attribute, or ``None`` where it is missing.

    Raises:
        ResponseError: It has another type.
    """
    found = getattr(value, name, None)
    if found is None or isinstance(found, kind):
        return found
    raise wrong_shape(name)


def has_any(value: object, names: Iterable[str]) -> bool:
    """Return whether a parsed value has one of these members, before each is looked at: most have none."""
    return isinstance(value, dict) and not value.keys().isdisjoint(names)


def read_end(value: object, *names: str) -> str | None:
    """Return the finish reason in the first member that has one; ``None`` where this is not the end."""
    if not has_any(value, names):
        return None
    words = (finish_word(getattr(value, name, None)) for name in names)
    return next((word for word in words if word and read_finish_reason(word)), None)


def wrong_shape(name: str) -> ResponseError:
    """Build the error for an event that is not part of the provider's protocol."""
    return ResponseError(InvalidOutput, f"The server sent a chunk with a wrong {name!r}.")


def release_frames(error: BaseException | None) -> None:
    """Clear the frames of a caught exception, which hold a half-read answer in reference cycles.

    That closes its generators here, on the event loop's own thread. The garbage collector would
    close them later on any thread, possibly while the loop closes them too.
    """
    while error is not None:
        clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
