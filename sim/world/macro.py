"""World finance as the centre meets it: yields, volatility, currency, equity; drawn, replayed or given.

A path is made before the first month, because the centre has no influence on it; the effect of foreigners on onshore
yields is added later, in the market. To end-2020 the path is observed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats, sum_of_products
from scenarios.calendar import BASELINE, month_ordinal, month_text
from scenarios.drivers import DRIVERS
from scenarios.run_conditions import GIVEN_IN_PART, REPLAY, SIMULATION
from sim.base_year.base_year import YEAR_2020, BaseYear
from sim.base_year.tables import table
from sim.world.symmetric import eigenvectors

if TYPE_CHECKING:
    from agents.draws import Stream
    from scenarios.drivers import Drivers
    from scenarios.parameters import Parameters
    from scenarios.shock_paths import ShockPaths

HISTORY_START = month_ordinal("2015-01")
DRAWN_AFTER = BASELINE
ABSOLUTE_MOMENT = float(np.sqrt(0.5))
"""Both the mean and the standard deviation of |t(4)| scaled to unit variance."""


@dataclass(frozen=True)
class MacroPath:
    """Monthly drivers from `first_month` on; all arrays have shape (months,)."""

    first_month: int
    china_yield_pct: Floats
    """Ten-year government yield of China without the premium for supply, per cent."""
    us_yield_pct: Floats
    """Ten-year government yield of the United States, per cent."""
    log_vix: Floats
    usdcny: Floats
    """Yuan per dollar."""
    equity_index: Floats
    """CSI 300."""
    log_volatility: Floats
    """Log of realised equity volatility, per cent a year."""
    conditional: bool
    """True when all drivers after 2020 are given, as observed or by the user: not a forecast."""
    carried_forward: tuple[str, ...]
    """Drivers of a replay whose last observation was carried forward, each with the first such month."""
    drawn: tuple[str, ...] = ()
    """Drivers that the user's own values leave to be drawn, each with the months."""

    @property
    def kind(self) -> str:
        """Name of a run on this path."""
        return kind_of_world(self.conditional, self.drawn)

    def position(self, month: int) -> int:
        """Index of a month in the arrays."""
        return month - self.first_month

    def change(self, series: Floats, month: int, months_back: int) -> float:
        """Log change of a series over the last months."""
        at = self.position(month)
        return float(np.log(series[at] / series[at - months_back]))


@cache
def package_drivers(name: str) -> Mapping[int, Mapping[str, float]]:
    """Drivers by month from one of the package's tables; an empty cell is a gap."""
    rows = {
        month_ordinal(row["month"]): MappingProxyType({name: float(row[name]) for name in DRIVERS if row[name]})
        for row in table(name)
    }
    return MappingProxyType(rows)


def drivers_to_base_year(base_year: BaseYear) -> Mapping[int, Mapping[str, float]]:
    """Observed drivers by month of the model, to the end of the base year."""
    back = base_year.months_back
    return {month + back: row for month, row in package_drivers("macro_history").items() if month + back <= BASELINE}


def drivers_after_base_year(base_year: BaseYear) -> Mapping[int, Mapping[str, float]]:
    """Observed drivers by month of the model, after the base year; for an earlier one to 2020-12 and no further."""
    back = base_year.months_back
    if back == 0:
        return package_drivers("macro_realised")
    return {month + back: row for month, row in package_drivers("macro_history").items() if month + back > BASELINE}


def innovation_factor(parameters: "Parameters") -> Floats:
    """Factor of the innovation correlations of (China yield, US yield, volatility, currency, equity), shape (5, 5)."""
    correlation = np.eye(5)
    for first, second, value in (
        (4, 2, parameters.correlation_equity_vix),
        (1, 2, parameters.correlation_us_yield_vix),
        (4, 3, parameters.correlation_equity_exchange_rate),
        (2, 3, parameters.corr_vix_fx),
        (0, 1, parameters.correlation_china_us_yields),
    ):
        correlation[first, second] = correlation[second, first] = value
    # Drawn correlations need not fit together; the nearest usable matrix keeps the eigenvalues positive.
    values, vectors = eigenvectors(correlation)
    root = vectors * np.sqrt(np.maximum(values, 1e-6))
    return np.asarray(root / np.sqrt((root**2).sum(axis=1, keepdims=True)), dtype=np.float64)


def student_t_scale(first: float, second: float) -> float:
    """Common factor that turns normals into t(4) innovations of unit variance; takes two uniforms.

    A chi-square of four degrees is -2 ln(u1 u2); t(4) has variance two.
    """
    chi_square = -2.0 * (np.log(first) + np.log(second))
    return float(np.sqrt(0.5) / np.sqrt(chi_square / 4.0))


def carried_forward(
    observed: Mapping[int, Mapping[str, float]], last_month: int
) -> tuple[Mapping[int, Mapping[str, float]], tuple[str, ...]]:
    """Observations continued to `last_month` at each driver's last value, and which drivers that concerned."""
    filled = {month: dict(observed.get(month, {})) for month in range(min(observed), last_month + 1)}
    carried: list[str] = []
    for driver in DRIVERS:
        final = max(month for month, values in observed.items() if driver in values)
        for month in range(final + 1, last_month + 1):
            filled[month][driver] = observed[final][driver]
        if final < last_month:
            carried.append(f"{driver} from {month_text(final + 1)}")
    return filled, tuple(carried)


def kind_of_world(conditional: bool, drawn: tuple[str, ...]) -> str:
    """Kind of a run: in a replay all drivers are given to its end; if some are drawn it is none."""
    return GIVEN_IN_PART if drawn else REPLAY if conditional else SIMULATION


def drawn_beside(given: Mapping[int, Mapping[str, float]], last_month: int) -> tuple[str, ...]:
    """Drivers to be drawn to `last_month` beside a user's values, each with the months; empty if there are none."""
    drawn = []
    for driver in DRIVERS:
        missing = [month for month in range(DRAWN_AFTER + 1, last_month + 1) if driver not in given.get(month, {})]
        if not missing:
            continue
        since = last_month
        while since - 1 in missing:
            since -= 1
        parts = [f"from {month_text(since)}"] if last_month in missing else []
        gaps = sum(month < since or last_month not in missing for month in missing)
        if gaps:
            parts.insert(0, f"in {gaps} month{'s' if gaps > 1 else ''}{' before' if parts else ''}")
        drawn.append(f"{driver} {' and '.join(parts)}")
    return tuple(drawn)


def world_told(
    kind: str, drivers: "Drivers | None", last_month: int, base_year: BaseYear = YEAR_2020
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Kind of a run on a macro path to `last_month`, drivers carried forward, and drivers drawn beside given ones."""
    carried = carried_forward(drivers_after_base_year(base_year), last_month)[1] if kind == "realised" else ()
    drawn = () if drivers is None else drawn_beside(drivers.by_month(), last_month)
    return kind_of_world(kind == "realised" or drivers is not None, drawn), carried, drawn


def shocks_at(shocks: "ShockPaths | None", month: int) -> "Mapping[str, float]":
    """Values of the macro shocks in a month; all zero without shocks."""
    names = ("us_yield", "china_yield", "world_volatility", "currency", "equity", "equity_drift")
    return {name: 0.0 if shocks is None else shocks.value(name, month) for name in names}


def make_macro_path(
    kind: str,
    last_month: int,
    parameters: "Parameters",
    stream: "Stream",
    shocks: "ShockPaths | None" = None,
    drivers: "Drivers | None" = None,
    base_year: BaseYear = YEAR_2020,
) -> MacroPath:
    """Draw or replay the drivers to `last_month`, or take those of the user's own.

    `neutral` draws them; `realised` replays observations after 2020 and carries each driver's last observation
    forward (a conditional replay); `adverse` adds a dated stress to the draw; `drivers` takes the values given, whose
    gaps are drawn.

    ln V and ln rv are first-order autoregressions, yields revert to a mean, the currency has momentum and leans
    against the yield gap, equity drifts. The mean of the American yield is that of the six years to the base year and
    a deviation, because six years say little of the mean of so persistent a series. Innovations are multivariate t(4).
    Parameters: agent "Macro".

    Dated shocks are added to any of these, with the same random draws: `us_yield`, `china_yield` and
    `world_volatility` lift a driver's path by their value, where a floor allows it; `currency`, `equity` and
    `equity_drift` are log changes of a level that stays. A drawn path is lifted by the innovation
    value[t] - persistence * value[t-1], so that nothing but the process itself carries the shift on.
    """
    history = drivers_to_base_year(base_year)
    given: Mapping[int, Mapping[str, float]] = {}
    carried: tuple[str, ...] = ()
    drawn: tuple[str, ...] = ()
    stress: Mapping[int, Mapping[str, float]] = {}
    if kind == "realised":
        given, carried = carried_forward(drivers_after_base_year(base_year), last_month)
    elif kind == "adverse":
        stress = package_drivers("macro_adverse")
    elif drivers is not None:
        given = drivers.by_month()
        drawn = drawn_beside(given, last_month)
    first_month = HISTORY_START
    months = last_month - first_month + 1
    china, us, vix, fx, equity, volatility = (np.empty(months) for _ in range(6))
    factor = innovation_factor(parameters)
    volatility_state = parameters.volatility_mean
    fx_change = 0.0
    gap_mean = float(
        np.mean([history[m]["cn10y_pct"] - history[m]["us10y_pct"] for m in range(first_month, BASELINE + 1)])
    )
    us_mean = float(np.mean([history[m]["us10y_pct"] for m in range(first_month, BASELINE + 1)]))
    us_mean += parameters.us_yield_mean_deviation
    p, unstressed = parameters, dict.fromkeys(DRIVERS, 0.0)
    moved = struck = shocks_at(shocks, first_month - 1)
    currency_level = equity_level = 0.0
    for at in range(months):
        month = first_month + at
        if month <= DRAWN_AFTER:
            values, before = history[month], history[month - 1]
            china[at], us[at] = values["cn10y_pct"], values["us10y_pct"]
            vix[at], fx[at], equity[at] = np.log(values["vix"]), values["usdcny"], values["csi300_close"]
            fx_change = float(np.log(values["usdcny"] / before["usdcny"]))
            equity_change = float(np.log(values["csi300_close"] / before["csi300_close"]))
            own = 0.0
        else:
            values, added = given.get(month, {}), stress.get(month, unstressed)
            moved, struck = struck, shocks_at(shocks, month)
            equity_step = struck["equity"] + struck["equity_drift"]
            currency_level += struck["currency"]
            equity_level += equity_step
            normals = stream.normals(month, 6)
            heavy = student_t_scale(stream.scalar(month, 6), stream.scalar(month, 7))
            innovations = sum_of_products(factor, normals[:5]) * heavy
            own = float(normals[5])
            china_drawn = (
                china[at - 1]
                + (1 - p.china_yield_persistence) * (p.china_yield_mean - china[at - 1])
                + p.china_yield_sd * innovations[0]
                + added["cn10y_pct"]
                + (struck["china_yield"] - p.china_yield_persistence * moved["china_yield"])
            )
            us_drawn = (
                us[at - 1]
                + (1 - p.us_yield_persistence) * (us_mean - us[at - 1])
                + p.us_yield_sd * innovations[1]
                + added["us10y_pct"]
                + (struck["us_yield"] - p.us_yield_persistence * moved["us_yield"])
            )
            vix_drawn = (
                p.log_vix_mean
                + p.log_vix_persistence * (vix[at - 1] - p.log_vix_mean)
                + p.log_vix_sd * innovations[2]
                + (p.vix_jump_size if stream.scalar(month, 8) < p.vix_jump_rate else 0.0)
                + added["vix"]
                + (struck["world_volatility"] - p.log_vix_persistence * moved["world_volatility"])
            )
            gap = china[at - 1] - us[at - 1]
            fx_drawn = (
                p.exchange_rate_persistence * fx_change
                - p.fx_carry * (gap - gap_mean) / 12.0 / 100.0
                + p.exchange_rate_sd * innovations[3]
                + added["usdcny"]
            )
            equity_drawn = p.equity_drift + p.equity_return_sd * innovations[4] + added["csi300_close"]
            china[at] = values["cn10y_pct"] + struck["china_yield"] if "cn10y_pct" in values else china_drawn
            # The floor keeps draws and shocks plausible; observed and given values are not changed.
            if "us10y_pct" in values:
                lowest = min(p.us10_floor, values["us10y_pct"])
                us[at] = max(lowest, values["us10y_pct"] + struck["us_yield"])
            else:
                us[at] = max(p.us10_floor, us_drawn)
            vix[at] = np.log(values["vix"]) + struck["world_volatility"] if "vix" in values else vix_drawn
            if "usdcny" in values:
                fx[at] = values["usdcny"] * float(np.exp(currency_level))
            else:
                fx[at] = fx[at - 1] * float(np.exp(fx_drawn + struck["currency"]))
            if "csi300_close" in values:
                equity[at] = values["csi300_close"] * float(np.exp(equity_level))
            else:
                equity[at] = equity[at - 1] * float(np.exp(equity_drawn + equity_step))
            fx_change = float(np.log(fx[at] / fx[at - 1])) - struck["currency"]
            equity_change = float(np.log(equity[at] / equity[at - 1]))
        # Volatility answers to the size of the month's return.
        size = abs(equity_change - p.equity_drift) / p.equity_return_sd
        surprise = (size - ABSOLUTE_MOMENT) / ABSOLUTE_MOMENT
        tie = p.corr_volatility_return
        volatility_state = (
            p.volatility_mean
            + p.realised_volatility_persistence * (volatility_state - p.volatility_mean)
            + p.volatility_sd
            * (tie * float(np.clip(surprise, *p.volatility_surprise_bounds)) + np.sqrt(1 - tie**2) * own)
        )
        volatility[at] = volatility_state
    return MacroPath(
        first_month=first_month,
        china_yield_pct=china,
        us_yield_pct=us,
        log_vix=vix,
        usdcny=fx,
        equity_index=equity,
        log_volatility=volatility,
        conditional=bool(given) and not drawn,
        carried_forward=carried,
        drawn=drawn,
    )
