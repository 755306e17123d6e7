"""The result of a run."""

import html
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from scenarios.calendar import BASELINE, is_month, month_ordinal, month_text
from scenarios.errors import InputError
from scenarios.problem_texts import coded
from scenarios.run_conditions import RunConditions
from scenarios.whole_years import answering_year, whole_years, year_named
from sim.base_year.base_year import YEAR_2020, BaseYear
from sim.closing.indicators import FLOWS, PLAN_INDICATORS, REDLINE_INDICATORS

if TYPE_CHECKING:
    import pandas as pd

    from scenarios.parameters import Parameters
    from scenarios.schema import Scenario
    from sim.model import FinancialCenter
    from sim.runs.plots import Picture

AROUND = 0.05
"""The plan says "around": a value this close to the target, relatively, is within its rounding."""
HALF_A_POINT = 0.005
"""The plan gives its share as a whole percentage: a value this close rounds to it."""


@dataclass(frozen=True, eq=False)
class Result:
    """One run: indicators by month and year, targets, and where the numbers come from."""

    scenario: "Scenario"
    seed: int
    parameters: "Parameters"
    indicators: "pd.DataFrame"
    """Indicators by month from January 2020, index month-end, plan indicators first, units as in the plan."""
    provenance: Mapping[str, Any]
    """Version, scenario and its hash, parameter set and its hash, macro path, seed, and whether it is a forecast."""
    largest_accounting_error: float
    """Largest relative error of any accounting identity in any month; NaN if none was checked."""
    step_seconds: Mapping[str, float]
    """Seconds spent in each step of the month."""
    base_year: BaseYear = YEAR_2020
    run: "Callable[..., Result] | None" = field(default=None, repr=False)
    """The function that made the result, `sim.run`; a fork calls it again."""
    """The year with whose observations the run started."""
    fired: tuple[Mapping[str, Any], ...] = ()
    """Actions of the scenario's triggers, in the order of months."""

    def __repr__(self) -> str:
        kind = self.provenance["kind"]
        months = f"{self.indicators.index[0]:%Y-%m}..{self.indicators.index[-1]:%Y-%m}"
        count = len(self.indicators.columns)
        return f"<Result {self.scenario.name!r}, seed {self.seed}, {kind}, {months}, {count} indicators>"

    def _repr_html_(self) -> str:
        table, year = self.targets(), self.scenario.plan.target_year
        shown = table[["name", "unit", "value_2020", f"value_{year}", f"target_{year}", "met"]]
        return f"<p>{html.escape(repr(self))}</p>{shown.to_html(float_format='{:.4g}'.format)}"

    def plot(self, indicators: str | Iterable[str] = PLAN_INDICATORS) -> "Picture":
        """Draw indicators by month for a notebook; flows as those over the twelve months that end with the month.

        Raises
        ------
        scenarios.InputError
            For an unknown indicator, or without the extra `explore`, which draws.
        """
        from sim.runs.plots import months_picture, simulated

        rests = RunConditions.of_provenance(self.scenario, self.provenance)
        record = simulated(f"{self.scenario.name}, one run, seed {self.seed}", rests.lines)
        return months_picture(self.indicators, indicators, self.scenario.plan.targets, record)

    def annual(self) -> "pd.DataFrame":
        """Indicators by whole year: flows summed, December for stocks and ratios; a last year in part is left out."""
        return by_year(self.indicators, FLOWS | self.scenario.flows)

    @property
    def _last_month(self) -> int:
        return month_ordinal(f"{self.indicators.index[-1]:%Y-%m}")

    @property
    def target_year(self) -> int | None:
        """Year held against the targets: that of the plan, or the last whole year before; None without one."""
        return answering_year(self._last_month, self.scenario.plan.target_year)

    @property
    def target_year_told(self) -> str:
        """The same year in words, with the reason where it is not that of the plan."""
        return year_named(self._last_month, self.scenario.plan.target_year)

    def _at_target(self, annual: "pd.DataFrame", indicator: str) -> float:
        """An indicator in the year held against the targets; NaN without one."""
        return float("nan") if self.target_year is None else float(annual[indicator].loc[self.target_year])

    def moved_back(self, months: int) -> "Result":
        """The same result with its months dated so much earlier, for a run from an earlier base year."""
        import pandas as pd

        earlier = pd.DatetimeIndex(self.indicators.index) - pd.offsets.MonthEnd(months)
        return replace(self, indicators=self.indicators.set_axis(earlier.rename(self.indicators.index.name)))

    @property
    def events(self) -> "pd.DataFrame":
        """Actions of triggers: month, trigger, indicator, value, lever, before, after; empty without triggers."""
        import pandas as pd

        columns = ["month", "trigger", "indicator", "value", "lever", "before", "after"]
        return pd.DataFrame([dict(event) for event in self.fired], columns=columns)

    def targets(self) -> "pd.DataFrame":
        """The plan's indicators against their targets, seven for 2025 unless the plan is one of the user's own.

        Columns: number, name, unit, value_2020, value_2025, year, target_2025, qualifier, distance (simulated less
        target), met (at or above the value from which the target counts as met) and within_rounding. A plan to another
        year has that year in the names of columns, such as value_2030. For a scenario that ends before December of the
        plan's year its last whole year is used instead, and `year` names it. Without a whole year after 2020 there is
        no verdict: NaN and NA.
        """
        import pandas as pd

        annual, year, plan = self.annual(), self.target_year, self.scenario.plan
        rows = []
        for indicator in plan.indicators:
            value = self._at_target(annual, indicator.id)
            target = float(indicator.target_value)
            rows.append(
                {
                    "indicator": indicator.id,
                    "number": indicator.number,
                    "name": indicator.name,
                    "unit": indicator.unit,
                    "value_2020": float(annual[indicator.id].loc[2020]),
                    f"value_{plan.target_year}": value,
                    "year": year,
                    f"target_{plan.target_year}": target,
                    "qualifier": indicator.qualifier,
                    "distance": value - target,
                    "met": bool(value >= indicator.met_from),
                    "within_rounding": bool(
                        abs(value - target) <= (HALF_A_POINT if indicator.qualifier == "at least" else AROUND * target)
                    ),
                }
            )
        table = pd.DataFrame(rows).set_index("indicator").loc[list(plan.indicator_ids)]
        table = table.astype({"year": "Int64", "met": "boolean", "within_rounding": "boolean"})
        if year is None:
            table[["met", "within_rounding"]] = pd.NA
        return table

    def companions(self) -> "pd.DataFrame":
        """Companion indicators of the plan's indicators, which show whether their purpose is met.

        Index indicator; columns companion, meaning, unit, value_2020, value_2025, year, growth (of the companion, 2025
        over 2020 less one) and indicator_growth; see `sim.closing.companions`. Growth is NaN where 2020 is zero or
        below. As in `targets`, the plan may be to another year, and the last whole year may be used instead.
        """
        import pandas as pd

        from sim.closing.companions import COMPANIONS

        annual = self.annual()
        rows = []
        for indicator, companion in COMPANIONS.items():
            start, end = float(annual[companion.id].loc[2020]), self._at_target(annual, companion.id)
            rows.append(
                {
                    "indicator": indicator,
                    "companion": companion.id,
                    "meaning": companion.meaning,
                    "unit": companion.unit,
                    "value_2020": start,
                    f"value_{self.scenario.plan.target_year}": end,
                    "year": self.target_year,
                    "growth": end / start - 1.0 if start > 0.0 else float("nan"),
                    "indicator_growth": self._at_target(annual, indicator) / float(annual[indicator].loc[2020]) - 1.0,
                }
            )
        return pd.DataFrame(rows).set_index("indicator").astype({"year": "Int64"})

    def redline(self) -> "pd.DataFrame":
        """Early warning and redline of systemic risk in the months after 2020.

        Index `early warning` and `redline`; columns indicator, months (in which it holds) and first_month (empty where
        it holds in none).
        """
        import pandas as pd

        later = self.indicators[pd.DatetimeIndex(self.indicators.index).year > self.indicators.index[0].year]
        rows = {}
        for label, indicator in REDLINE_INDICATORS.items():
            held = later.index[later[indicator] > 0.0]
            first = f"{held[0]:%Y-%m}" if len(held) else ""
            rows[label] = {"indicator": indicator, "months": len(held), "first_month": first}
        return pd.DataFrame.from_dict(rows, orient="index")

    def fork(self, date: str, levers: Mapping[str, Any]) -> "Result":
        """The same run to the month before `date`, then other lever paths; same draws and interactions throughout.

        Parameters
        ----------
        date
            First month of the other policy, such as "2023-01".
        levers
            Lever id to path, in the forms of a scenario file; before `date` the present paths stay in force.

        Raises
        ------
        scenarios.InputError
            For an unknown lever, a bad date or an intensity outside 0..1.
        ValueError
            If the result was put together by hand.
        """
        if self.run is None:
            raise ValueError("only the result of a run has a fork")
        return self.run(
            self.scenario.with_levers(levers, after=date),
            seed=self.seed,
            parameters=self.parameters,
            interactions_off=self.provenance["interactions_off"],
            base_year=self.base_year,
        )

    def centre_at(self, month: str) -> "FinancialCenter":
        """The centre as it stood at the end of a month of this run, simulated again to the bit.

        Parameters
        ----------
        month
            A month of the run after 2020, such as "2023-04".

        Raises
        ------
        scenarios.InputError
            If it is not a month of the run.
        """
        from sim.model import FinancialCenter

        first, last = BASELINE + 1, month_ordinal(self.scenario.end)
        if not is_month(month) or not first <= month_ordinal(month) <= last:
            raise InputError(
                coded("month.not_of_run", value=month),
                key="month",
                value=month,
                allowed=f"{month_text(first)}..{month_text(last)}",
            )
        centre = FinancialCenter(
            self.scenario,
            rng=self.seed,
            parameters=self.parameters,
            interactions_off=self.provenance["interactions_off"],
            base_year=self.base_year,
        )
        while centre.month < month_ordinal(month):
            centre.step()
        return centre


def by_year(indicators: "pd.DataFrame", flows_known: Container[str] = FLOWS) -> "pd.DataFrame":
    """Indicators by whole year from those by month (index month-end): flows summed, December for stocks and ratios."""
    import pandas as pd

    index = pd.DatetimeIndex(indicators.index)
    whole = whole_years(*(month_ordinal(f"{month:%Y-%m}") for month in (index[0], index[-1])))
    years = indicators[index.year.isin(whole)].groupby(index.year[index.year.isin(whole)])
    annual = years.last()
    flows = [column for column in annual.columns if column in flows_known]
    annual[flows] = years[flows].sum()
    annual.index.name = "year"
    return annual
