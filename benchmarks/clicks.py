"""Clicks in a real browser, and what could be seen there afterwards, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.pace import PIECE_CHARS, WRAP_MS, stamps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.async_api import Page

TEXT = "[data-part=text]"
"""Where the text appears, in the widget's card and on the peer's page."""

# Runs in the page before anything else; the page's own code is not touched.
OBSERVER = """
addEventListener('click', (click) => {
  performance.clearResourceTimings();
  const seen = { clicked: performance.timeOrigin + click.timeStamp, frames: [] };
  window.benchmark = seen;
  let length = 0;
  const look = () => {
    const text = [...document.querySelectorAll(SELECTOR)].find(({ value }) => value);
    if (text && text.value.length !== length) {
      length = text.value.length;
      seen.frames.push([performance.timeOrigin + performance.now(), length]);
      seen.text = text.value;
    }
    if (window.benchmark === seen) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}, { capture: true });
""".replace("SELECTOR", repr(TEXT))

FINDINGS = """() => ({
  ...window.benchmark,
  requests: performance.getEntriesByType('resource').map((entry) => ({
    url: entry.name,
    sent: performance.timeOrigin + entry.requestStart,
    answered: performance.timeOrigin + entry.responseEnd,
  })),
})"""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request of the page; times in milliseconds of Unix time."""

    url: str
    sent: float
    answered: float


@dataclass(frozen=True, kw_only=True)
class Click:
    """What followed a click; times in milliseconds of Unix time."""

    clicked: float
    frames: Sequence[tuple[float, int]]
    """When a frame showed a new length of the text, and the length in characters."""
    text: str
    requests: Sequence[Request]

    @property
    def first_text(self) -> float:
        """When the first text was shown."""
        return self.frames[0][0]

    @property
    def first_text_ms(self) -> float:
        """From the click to the first text."""
        return self.first_text - self.clicked

    @property
    def lags_ms(self) -> list[float]:
        """From the provider's sending of each piece of text to the frame that shows it."""
        lags = []
        for number, sent in enumerate(stamps(self.text)):
            # The last piece has lost its blank when the text is final.
            end = (number + 1) * PIECE_CHARS - 1
            shown = next(moment for moment, length in self.frames if length >= end)
            lags.append((shown - sent) % WRAP_MS)
        return lags


async def click(page: Page, button: str, *, until: str) -> Click:
    """Press a button and wait until an element is there that says that the text is whole."""
    await page.locator(button).first.click()
    await page.locator(until).first.wait_for(state="visible")
    # One more frame, in which the whole text is shown too.
    await page.evaluate(
        "() => new Promise((shown) => requestAnimationFrame(() => setTimeout(shown)))"
    )
    found: dict[str, Any] = await page.evaluate(FINDINGS)
    requests = [Request(**request) for request in found.pop("requests")]
    frames = [(moment, length) for moment, length in found.pop("frames")]
    return Click(requests=requests, frames=frames, **found)
