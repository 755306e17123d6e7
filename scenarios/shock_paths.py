"""Dated shocks as paths: their values by month, computed before the first, and bounds of their sum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from scenarios.calendar import BASELINE, month_ordinal, month_text
from scenarios.errors import Problem
from scenarios.plausible import driver_ranges
from scenarios.problem_texts import coded
from scenarios.shocks import ShockKind, shock_kinds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scenarios.parameters import Parameters
    from scenarios.shock import Shock

    type Floats = NDArray[np.float64]

ROUNDING = 1e-9
"""Sums of sizes may miss a bound by this much."""


def neutral_value(kind: ShockKind) -> float:
    """Value of a kind of shock where none strikes: 1 for a factor, else 0."""
    return 1.0 if kind.form == "factor" else 0.0


def kept_share(kind: ShockKind, parameters: Parameters) -> float:
    """Share of a fading shock that is left a month later."""
    if kind.persistence:
        return float(getattr(parameters, kind.persistence))
    half_life = getattr(parameters, kind.half_life) if kind.half_life else kind.half_life_months
    return float(2.0 ** (-1.0 / half_life))


def additive_path(kind: ShockKind, size: float, first: int, last: int, months: int, kept: float) -> Floats:
    """Values of one additive shock, shape (months,); `first` and `last` count months from the first of the path.

    hold: size in first..last;   spread: size / (last - first + 1) there;
    fade: size in first..last, then size * kept ** (months since last)
    """
    import numpy as np

    path = np.zeros(months)
    length = last - first + 1
    path[first : last + 1] = size / length if kind.profile == "spread" else size
    if kind.profile == "fade":
        path[last + 1 :] = size * kept ** np.arange(1, max(months - last - 1, 0) + 1)
    return path


class ShockPaths:
    """Value of every kind of shock by month from 2021-01 on; at and before end-2020 none strikes.

    Shocks of one kind that overlap add up, or multiply where the kind is a factor.
    """

    def __init__(
        self,
        shocks: Iterable[Shock],
        last_month: int,
        parameters: Parameters,
        more_kinds: Mapping[str, ShockKind] = MappingProxyType({}),
    ) -> None:
        import numpy as np

        months, kinds = last_month - BASELINE, {**shock_kinds(), **more_kinds}
        self._neutral = {name: neutral_value(kind) for name, kind in kinds.items()}
        self._paths = {name: np.full(months, value) for name, value in self._neutral.items()}
        for shock in shocks:
            first, last = (month_ordinal(month) - BASELINE - 1 for month in shock.window)
            kind, path = shock.kind, self._paths[shock.name]
            if kind.form == "factor":
                path[first : last + 1] *= shock.full_size
            else:
                kept = kept_share(kind, parameters) if kind.profile == "fade" else 0.0
                path += additive_path(kind, shock.full_size, first, last, months, kept)

    def value(self, name: str, month: int) -> float:
        """Value of one kind in a month."""
        return self._neutral[name] if month <= BASELINE else float(self._paths[name][month - BASELINE - 1])

    def path(self, name: str) -> Floats:
        """Values of one kind from 2021-01 on, shape (months,)."""
        return self._paths[name].copy()

    def at(self, month: int) -> Mapping[str, float]:
        """Value of every kind in a month, by name."""
        return {name: self.value(name, month) for name in self._neutral}


def total_problems(
    shocks: Sequence[Shock],
    last_month: int,
    parameters: Parameters,
    drivers: Mapping[int, Mapping[str, float]],
    more_kinds: Mapping[str, ShockKind] = MappingProxyType({}),
) -> list[Problem]:
    """Problems with shocks taken together: a kind beyond its range, or a driver of world finance beyond its own.

    Each shock is within the range of its kind. Repeated, they add up or multiply; their total in any month may
    not leave that range either. A driver is the value given for the month, else that of end-2020, moved by them;
    under the yield of the United States a floor holds.

    Parameters
    ----------
    shocks
        Shocks of a scenario.
    last_month
        Ordinal of its last month.
    parameters
        They say how fast shocks fade.
    drivers
        Values that the scenario gives, by month and driver.
    more_kinds
        Kinds of shocks of components of others.
    """
    paths = ShockPaths(shocks, last_month, parameters, more_kinds)
    return _kind_problems(shocks, paths) or _driver_problems(paths, last_month, drivers)


def _kind_problems(shocks: Sequence[Shock], paths: ShockPaths) -> list[Problem]:
    problems = []
    names = [shock.name for shock in shocks]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        kind = shocks[names.index(name)].kind
        total = paths.path(name)
        if kind.profile == "spread":  # the size is the sum of the parts
            total = total.cumsum()
        beyond = ((total < kind.low - ROUNDING) | (total > kind.high + ROUNDING)).nonzero()[0]
        if len(beyond):
            month = month_text(BASELINE + 1 + int(beyond[0]))
            count, value = names.count(name), total[beyond[0]]
            message = coded("shock.sum_beyond", count=count, shock=name, value=value, unit=kind.unit, month=month)
            problems.append(Problem(message, key=str(_last_place(names, name)), allowed=kind.allowed))
    return problems


def _driver_problems(paths: ShockPaths, last_month: int, drivers: Mapping[int, Mapping[str, float]]) -> list[Problem]:
    import numpy as np

    fall = paths.path("currency").cumsum()
    shares = (paths.path("equity") + paths.path("equity_drift")).cumsum()
    moved = {
        "usdcny": ("times", np.exp(fall)),
        "us10y_pct": ("plus", paths.path("us_yield")),
        "vix": ("times", np.exp(paths.path("world_volatility"))),
        "csi300_close": ("times", np.exp(shares)),
        "cn10y_pct": ("plus", paths.path("china_yield")),
    }
    problems = []
    for name, (how, by) in moved.items():
        known = driver_ranges()[name]
        given = [drivers.get(BASELINE + 1 + at, {}).get(name, known.end_2020) for at in range(last_month - BASELINE)]
        values = np.array(given) * by if how == "times" else np.array(given) + by
        struck = by != (1.0 if how == "times" else 0.0)
        low = -np.inf if name == "us10y_pct" else known.low  # the model keeps a floor under it
        beyond = (struck & ((values < low) | (values > known.high))).nonzero()[0]
        if len(beyond):
            month = month_text(BASELINE + 1 + int(beyond[0]))
            message = coded("shock.driver_beyond", driver=name, value=values[beyond[0]], month=month)
            problems.append(Problem(message, allowed=known.allowed))
    return problems


def _last_place(names: Sequence[str], name: str) -> int:
    return len(names) - 1 - list(reversed(names)).index(name)
