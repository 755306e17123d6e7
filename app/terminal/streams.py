"""The way to the terminal: whatever is printed there, by whichever way, shows every letter and obeys none."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO, cast

if TYPE_CHECKING:
    from rich.console import Console


class SpellingStream:
    """A text stream that spells out what a terminal would obey, and is in all else the stream behind it.

    Rich writes colours and moves the cursor on purpose: it finds the stream behind this one by the name that it looks
    for, and `console` sees to what is shown that way.
    """

    def __init__(self, behind: TextIO) -> None:
        self.rich_proxied_file = behind

    def write(self, text: str) -> int:
        """Write a text, of which line ends and tabs alone are obeyed."""
        if not all(line.isprintable() for line in text.split("\n")):
            from scenarios.printable import spelt_out

            text = spelt_out(text, keep="\n\t")
        return self.rich_proxied_file.write(text)

    def writelines(self, texts: Any) -> None:
        """Write several texts."""
        for text in texts:
            self.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.rich_proxied_file, name)


@contextmanager
def spelling_streams() -> Iterator[None]:
    """Put such streams in the place of stdout and stderr for a while; where there is none there stays none."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (
        stream if stream is None or isinstance(stream, SpellingStream) else cast("TextIO", SpellingStream(stream))
        for stream in before
    )
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def console(*, stderr: bool = False, width: int | None = None) -> Console:
    """A console of Rich in which the texts shown are spelt out, and colours and the cursor are Rich's own."""
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

    from scenarios.printable import spelt_out

    class SpellingConsole(Console):
        def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
            for segment in super().render(renderable, options):
                if segment.control:
                    yield segment
                else:
                    yield Segment(spelt_out(segment.text, keep="\n"), segment.style)

    stream: Any = sys.stderr if stderr else sys.stdout
    while hasattr(stream, "rich_proxied_file"):  # Rich itself looks behind one stream, and a bar puts up another
        stream = stream.rich_proxied_file
    return SpellingConsole(file=stream, width=width, highlight=False)


def say(line: str) -> None:
    """Print one line on stderr, whatever is in it."""
    if sys.stderr is not None:
        from scenarios.printable import spelt_out

        print(spelt_out(line), file=sys.stderr)
