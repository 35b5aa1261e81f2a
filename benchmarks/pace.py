"""How fast the provider's server answers; the name of a model says it."""

from __future__ import annotations

from dataclasses import dataclass

PIECE_CHARS = 7
"""Each piece of text is the moment at which it was sent; see ``stamp``."""
WRAP_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Pace:
    """A model that writes ``pieces`` pieces of text."""

    first_ms: int
    """From the request to the first piece."""
    pieces: int
    each_ms: int
    """From one piece to the next."""

    @property
    def model(self) -> str:
        """The name of the model, such as ``200+40x20``."""
        return f"{self.first_ms}+{self.pieces}x{self.each_ms}"

    @classmethod
    def of(cls, model: str) -> Pace:
        """Read the name of a model."""
        first, rest = model.split("+")
        pieces, each = rest.split("x")
        return cls(int(first), int(pieces), int(each))

    @property
    def seconds(self) -> float:
        """The whole answer takes so long."""
        return (self.first_ms + (self.pieces - 1) * self.each_ms) / 1000


def stamp(epoch_ms: float) -> str:
    """Return a piece of text that says when it was sent."""
    return f"{int(epoch_ms) % WRAP_MS:0{PIECE_CHARS - 1}d} "


def stamps(text: str) -> list[int]:
    """Return when each piece of a text was sent, in milliseconds of the epoch without its start."""
    return [int(piece) for piece in text.split()]
