"""Prior distributions written as short text, such as LN(0.25,0.5).

N(mean,sd)  LN(median,sd of the log)  TN(mean,sd,low,high) truncated normal  U(low,high)  B(a,b) beta
TRI(min,mode,max)  Dir(a,b,...) Dirichlet  Fixed(x) or Fixed(x;y;...)  and vectors of independent parts: LN(..) / LN(..)
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

type Value = float | tuple[float, ...]

_STANDARD = NormalDist()
_SMALLEST = 2.0**-53
_FORM = re.compile(r"(?P<kind>[A-Za-z]+)\((?P<numbers>[^()]*)\)")


class Distribution(ABC):
    """A prior of one number or several."""

    __slots__ = ()

    @property
    @abstractmethod
    def size(self) -> int:
        """How many independent uniforms a draw takes; 0 if nothing is drawn."""

    @abstractmethod
    def central(self) -> Value:
        """Return the median (triangular: the mode; Dirichlet: the mean)."""

    @abstractmethod
    def quantile(self, u: float | Sequence[float]) -> Value:
        """Return the value at probability `u`, 0 < u < 1; one probability for each part, or one for all."""


class Scalar(Distribution):
    """A distribution of one number."""

    __slots__ = ()

    @property
    def size(self) -> int:
        """One."""
        return 1

    @abstractmethod
    def _at(self, u: float) -> float:
        """Return the value at probability `u`."""

    def central(self) -> float:
        """Return the median."""
        return self._at(0.5)

    def quantile(self, u: float | Sequence[float]) -> float:
        """Return the value at probability `u`."""
        (probability,) = _probabilities(u, 1)
        return self._at(probability)


@dataclass(frozen=True, slots=True)
class Normal(Scalar):
    """Normal with a mean and a standard deviation."""

    mean: float
    sd: float

    def _at(self, u: float) -> float:
        return self.mean + self.sd * _STANDARD.inv_cdf(u)


@dataclass(frozen=True, slots=True)
class LogNormal(Scalar):
    """Lognormal with a median and the standard deviation of its log."""

    median: float
    sd: float

    def _at(self, u: float) -> float:
        return self.median * math.exp(self.sd * _STANDARD.inv_cdf(u))


@dataclass(frozen=True, slots=True)
class TruncatedNormal(Scalar):
    """Normal cut off below `low` and above `high`."""

    mean: float
    sd: float
    low: float
    high: float

    def _at(self, u: float) -> float:
        normal = NormalDist(self.mean, self.sd)
        below, above = normal.cdf(self.low), normal.cdf(self.high)
        probability = min(max(below + u * (above - below), _SMALLEST), 1.0 - _SMALLEST)
        value = normal.inv_cdf(probability)
        return min(max(value, self.low), self.high)


@dataclass(frozen=True, slots=True)
class Uniform(Scalar):
    """Uniform between two limits."""

    low: float
    high: float

    def _at(self, u: float) -> float:
        return self.low + u * (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Beta(Scalar):
    """Beta on 0..1."""

    a: float
    b: float

    def _at(self, u: float) -> float:
        from scipy.special import betaincinv

        return float(betaincinv(self.a, self.b, u))


@dataclass(frozen=True, slots=True)
class Triangular(Scalar):
    """Triangular between two limits with a mode."""

    low: float
    mode: float
    high: float

    def _at(self, u: float) -> float:
        width = self.high - self.low
        if width == 0.0:
            return self.mode
        rise = (self.mode - self.low) / width
        if u < rise:
            return self.low + math.sqrt(u * width * (self.mode - self.low))
        return self.high - math.sqrt((1.0 - u) * width * (self.high - self.mode))

    def central(self) -> float:
        """Return the mode."""
        return self.mode


@dataclass(frozen=True, slots=True)
class Fixed(Distribution):
    """A value, or several, that nothing draws."""

    values: tuple[float, ...]

    @property
    def size(self) -> int:
        """Zero."""
        return 0

    def central(self) -> Value:
        """Return the value."""
        return self.values if len(self.values) > 1 else self.values[0]

    def quantile(self, u: float | Sequence[float]) -> Value:  # noqa: ARG002 - nothing is drawn
        """Return the value."""
        return self.central()


@dataclass(frozen=True, slots=True)
class Dirichlet(Distribution):
    """Shares that add to one."""

    counts: tuple[float, ...]

    @property
    def size(self) -> int:
        """How many independent uniforms a draw takes."""
        return len(self.counts)

    def central(self) -> tuple[float, ...]:
        """Return the mean."""
        return _shares(self.counts)

    def quantile(self, u: float | Sequence[float]) -> tuple[float, ...]:
        """Return the shares of gamma variates at the given probabilities."""
        from scipy.special import gammaincinv

        parts = zip(self.counts, _probabilities(u, self.size), strict=True)
        return _shares([float(gammaincinv(count, probability)) for count, probability in parts])


@dataclass(frozen=True, slots=True)
class Vector(Distribution):
    """Several numbers, each with its own independent distribution."""

    parts: tuple[Scalar, ...]

    @property
    def size(self) -> int:
        """How many independent uniforms a draw takes."""
        return len(self.parts)

    def central(self) -> tuple[float, ...]:
        """Return the median of each part."""
        return tuple(part.central() for part in self.parts)

    def quantile(self, u: float | Sequence[float]) -> tuple[float, ...]:
        """Return the value of each part at its probability."""
        probabilities = _probabilities(u, self.size)
        return tuple(part.quantile(probability) for part, probability in zip(self.parts, probabilities, strict=True))


_SCALARS: dict[str, tuple[type[Scalar], int]] = {
    "N": (Normal, 2),
    "LN": (LogNormal, 2),
    "TN": (TruncatedNormal, 4),
    "U": (Uniform, 2),
    "B": (Beta, 2),
    "TRI": (Triangular, 3),
}


def parse_distribution(text: str) -> Distribution:
    """Read a distribution.

    Raises
    ------
    ValueError
        If the text is none of the forms above or its numbers make no distribution.
    """
    parts = [_parse_one(part.strip()) for part in text.split("/")]
    if len(parts) == 1:
        return parts[0]
    scalars = tuple(part for part in parts if isinstance(part, Scalar))
    if len(scalars) < len(parts):
        raise ValueError(f"{text!r}: the parts of a vector are single numbers")
    return Vector(scalars)


def _parse_one(text: str) -> Distribution:
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no distribution")
    kind, inside = match["kind"], match["numbers"]
    numbers = tuple(float(number) for number in inside.split(";" if kind == "Fixed" else ","))
    if not all(math.isfinite(number) for number in numbers):
        raise ValueError(f"{text!r} holds a number that is not finite")
    if kind == "Fixed":
        return Fixed(numbers)
    if kind == "Dir":
        if len(numbers) < 2 or min(numbers) <= 0:
            raise ValueError(f"{text!r}: a Dirichlet takes two or more positive numbers")
        return Dirichlet(numbers)
    if kind not in _SCALARS:
        raise ValueError(f"{text!r}: unknown distribution {kind!r}")
    make, count = _SCALARS[kind]
    if len(numbers) != count:
        raise ValueError(f"{text!r}: {kind} takes {count} numbers")
    distribution = make(*numbers)
    if not _is_proper(distribution):
        raise ValueError(f"{text!r}: the numbers make no distribution")
    return distribution


def _is_proper(distribution: Scalar) -> bool:
    match distribution:
        case Normal(_, sd):
            return sd > 0
        case LogNormal(median, sd):
            return median > 0 and sd > 0
        case TruncatedNormal(_, sd, low, high):
            return sd > 0 and low < high
        case Uniform(low, high):
            return low < high
        case Beta(a, b):
            return a > 0 and b > 0
        case Triangular(low, mode, high):
            return low <= mode <= high
    return False


def _shares(parts: Sequence[float]) -> tuple[float, ...]:
    total = math.fsum(parts)
    return tuple(part / total for part in parts)


def _probabilities(u: float | Sequence[float], size: int) -> tuple[float, ...]:
    probabilities = (float(u),) * size if not isinstance(u, Sequence) else tuple(float(p) for p in u)
    if len(probabilities) != size or not all(0.0 < p < 1.0 for p in probabilities):
        raise ValueError(f"{u!r}: {size} probabilities between 0 and 1 are needed")
    return probabilities
