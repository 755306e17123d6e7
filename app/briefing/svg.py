"""Vector graphics as text: elements, scales of an axis, round ticks."""

import math
from dataclasses import dataclass
from html import escape


def element(name: str, *content: str, **attributes: str | float) -> str:
    """An element of SVG. Content is markup already; attributes are escaped, and an underscore stands for a hyphen."""
    written = "".join(
        f' {key.strip("_").replace("_", "-")}="{escape(_plain(value))}"' for key, value in attributes.items()
    )
    return f"<{name}{written}>{''.join(content)}</{name}>" if content else f"<{name}{written}/>"


def text(x: float, y: float, words: str, **attributes: str | float) -> str:
    """A text, escaped, whose baseline starts at a point unless `text_anchor` says otherwise."""
    return element("text", escape(words), x=x, y=y, **attributes)


def line(x1: float, y1: float, x2: float, y2: float, **attributes: str | float) -> str:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, **attributes)


def rect(x: float, y: float, width: float, height: float, **attributes: str | float) -> str:
    """A rectangle; a negative width counts to the left."""
    return element("rect", x=min(x, x + width), y=y, width=abs(width), height=height, **attributes)


def path(points: list[tuple[float, float]], *, closed: bool = False, **attributes: str | float) -> str:
    """A line through points, or the area that they enclose."""
    steps = " ".join(f"{'L' if number else 'M'}{x:.1f} {y:.1f}" for number, (x, y) in enumerate(points))
    return element("path", d=f"{steps} Z" if closed else steps, **attributes)


def picture(width: float, height: float, label: str, *content: str) -> str:
    """A whole picture with a title for readers who do not see it."""
    return element(
        "svg",
        element("title", escape(label)),
        *content,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        aria_label=label,
    )


@dataclass(frozen=True)
class Axis:
    """A linear axis from values to places in a picture."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Place of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def ticks(low: float, high: float, wanted: int = 4) -> list[float]:
    """Round values between two others, about as many as wanted: multiples of 1, 2, 2.5 or 5 times a power of ten."""
    if not high > low:
        return [low]
    rough = (high - low) / max(wanted, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(each * power for each in (1.0, 2.0, 2.5, 5.0, 10.0) if each * power >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def tick_decimals(values: list[float]) -> int:
    """Decimal places that tell ticks apart."""
    if len(values) < 2:
        return 0
    step = values[1] - values[0]
    return max(0, next(places for places in range(7) if abs(round(step, places) - step) < 1e-9 * step))


def _plain(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".rstrip("0").rstrip(".")
