"""Contagion of defaults: spreads by industry and province, distress, and terms of the default rate."""

import numpy as np

from agents.arrays import Flags, Floats, Integers, one_of
from agents.credit_events import (
    NO_PROVINCE,
    contagion_spread_pp,
    default_probability,
    felt_losses_pct,
    log_default_terms,
    months_of_unmet_need,
    rollover_pressure,
    spread_of_issuers_pp,
)
from agents.firm_balance import balance_sheet_default_terms
from agents.issuers import Industry, IssuerClass, Issuers
from scenarios.parameters import Parameters
from sim.base_year.base_year import BaseYear
from sim.component import Changes
from sim.financing.default_frailty import DefaultFrailty
from sim.financing.state import Contagion, FinancingConstants
from sim.world.interactions import Interactions
from sim.world.shock_values import ShockValues

SMALLEST_RATE = 1e-300
"""Replaces a rate of zero, whose log is not finite."""
OWN_DEFAULT_TERMS = ("own leverage", "return on assets", "overdraft", "worse borrowers")
RATINGS = ("aaa", "aa_plus", "aa", "lower")


def rates_by_rating(parameters: Parameters, base_year: BaseYear) -> Floats:
    """Yearly default rate by rating without contagion or distress, shape (4,)."""
    weights: Floats = np.array([base_year.observed(f"default_weight_{name}") for name in RATINGS])
    return np.asarray(parameters.default_rate * weights)


def default_chances(
    parameters: Parameters,
    constants: FinancingConstants,
    shocks: ShockValues,
    base_year: BaseYear,
    frailty: DefaultFrailty,
    issuers: Changes[Issuers],
    contagion: Changes[Contagion],
    rows: Integers,
    due_bn: Floats,
    debt_bn: Floats,
) -> tuple[Floats, Floats]:
    """Monthly probability of default of issuers with market debt: this month's, and by the rating alone.

    `constants.default_rate_scale` lowers all rates alike so that 2020 as a whole has the rate of `default_rate`. Banks
    and foreigners refinance in other markets and are not subject to contagion or to the frailty of firms.
    """
    contagion.opening_industry_spread_pp = contagion.industry_spread_pp
    contagion.opening_province_spread_pp = contagion.province_spread_pp
    firms = domestic_firms(issuers, rows)
    pressure = np.where(firms, rollover_pressure(due_bn, debt_bn), 0.0)
    distressed = issuers["unmet_months"][rows] >= parameters.distress_months
    issuers["rollover_pressure"][rows] = pressure
    issuers["distressed"][rows] = distressed
    terms = log_default_terms(
        pressure,
        contagion_spreads_pp(issuers, contagion, rows),
        distressed,
        parameters.rollover_default_sensitivity,
        parameters.distress_multiplier,
    )
    rates, rating = rates_by_rating(parameters, base_year), issuers["rating"][rows]
    issuers["worse_borrowers"][rows] = parameters.selection_default_slope * issuers["pool_quality_loss"][rows]
    own = sum(own_default_terms(parameters, issuers, rows).values())
    multiplier = np.log(constants.default_rate_scale) + terms[0] + terms[1] + own + default_shock(shocks, issuers, rows)
    multiplier += np.where(firms, frailty.log_multiplier, 0.0)
    return default_probability(rates[rating], multiplier), default_probability(rates)[rating]


def own_default_terms(parameters: Parameters, issuers: Issuers, rows: Integers) -> dict[str, Floats]:
    """Effects of leverage, returns, overdrafts and worse borrowers on the log default rate, shape (rows,) each."""
    terms = balance_sheet_default_terms(
        issuers["leverage_gap"][rows],
        issuers["return_gap"][rows],
        issuers["overdraft"][rows],
        parameters.firm_leverage_default_slope,
        parameters.return_default_slope,
        parameters.overdraft_default_slope,
    )
    return dict(zip(OWN_DEFAULT_TERMS, (*terms, issuers["worse_borrowers"][rows]), strict=True))


def default_shock(shocks: ShockValues, issuers: Issuers, rows: Integers) -> Floats:
    """Effect of dated shocks on the log default rate of these issuers, shape (rows,).

    One is on private issuers, one on those that borrow for local governments: local state-owned firms that build
    infrastructure. It is zero for all others.
    """
    kind = issuers["issuer_class"][rows]
    private = one_of(kind, (IssuerClass.PRIVATE_LARGE, IssuerClass.PRIVATE_MID))
    builds = issuers["industry"][rows] == int(Industry.CONSTRUCTION_AND_INFRASTRUCTURE)
    local = (kind == int(IssuerClass.LOCAL_SOE)) & builds
    of_private, of_local = (
        np.log(max(shocks[name], SMALLEST_RATE)) for name in ("default_rate", "local_government_default")
    )
    return np.where(private, of_private, np.where(local, of_local, 0.0))


def frailty_term(frailty: DefaultFrailty, issuers: Issuers, rows: Integers) -> Floats:
    """Effect of the common frailty on the log default rate of these issuers, shape (rows,); zero but for firms."""
    return np.where(domestic_firms(issuers, rows), frailty.log_multiplier, 0.0)


def domestic_firms(issuers: Issuers, rows: Integers) -> Flags:
    """Issuers that are neither banks nor foreigners, shape (rows,)."""
    kind = issuers["issuer_class"][rows]
    return ~one_of(kind, (IssuerClass.BANK, IssuerClass.FOREIGN))


def defaults_are_felt(
    parameters: Parameters,
    interactions: Interactions,
    issuers: Issuers,
    contagion: Changes[Contagion],
    rows: Integers,
    firms: Flags,
    debt_bn: Floats,
    expected_bn: Floats,
    written_off_bn: Floats,
) -> None:
    """Spreads change by write-offs in an industry and a province relative to those that ratings imply.

    Rows are issuers with market debt, of which some are firms; amounts of shape (rows,), CNY bn.
    """
    if not interactions.on("default_contagion"):
        return
    lost, expected, debt = (np.where(firms, amount, 0.0) for amount in (written_off_bn, expected_bn, debt_bn))
    half_life = parameters.contagion_half_life

    def felt(before: Floats, group: Integers) -> Floats:
        lost_bn, expected_bn, debt_bn = (
            np.bincount(group, weights=amount, minlength=len(before)) for amount in (lost, expected, debt)
        )
        return felt_losses_pct(before, lost_bn, expected_bn, debt_bn, half_life)

    contagion.industry_losses_pct = felt(contagion.industry_losses_pct, issuers["industry"][rows].astype(np.int64))
    # Issuers without a province are counted in the last place, which then stays zero.
    province = issuers["province"][rows].astype(np.int64) % len(contagion.province_losses_pct)
    contagion.province_losses_pct = felt(contagion.province_losses_pct, province)
    contagion.province_losses_pct[NO_PROVINCE] = 0.0
    contagion.market_losses_pct = felt(contagion.market_losses_pct, np.zeros(len(rows), dtype=np.int64))
    slope, bound = parameters.contagion_spread, parameters.contagion_spread_bound
    contagion.industry_spread_pp = contagion_spread_pp(contagion.industry_losses_pct, slope, bound)
    contagion.province_spread_pp = contagion_spread_pp(contagion.province_losses_pct, slope, bound)


def unexpected_share(firms: Flags, debt_bn: Floats, expected_bn: Floats, written_off_bn: Floats) -> float:
    """Part of firms' market debt that is written off beyond what ratings imply; zero where they have none.

    Amounts of issuers with market debt, CNY bn, and which of them are firms, shape (issuers,).
    """
    debt = float(debt_bn[firms].sum())
    return float((written_off_bn - expected_bn)[firms].sum()) / debt if debt > 0.0 else 0.0


def contagion_spreads_pp(issuers: Issuers, contagion: Contagion, rows: Integers) -> Floats:
    """Contagion spread on the bonds of these issuers, percentage points, shape (rows,)."""
    return spread_of_issuers_pp(
        contagion.industry_spread_pp,
        contagion.province_spread_pp,
        issuers["industry"][rows],
        issuers["province"][rows],
    )


def needs_go_unmet(parameters: Parameters, issuers: Changes[Issuers], raised_bn: Floats) -> None:
    """Count the months in which most of an issuer's need was not met; `raised_bn` of shape (issuers,)."""
    issuers["unmet_months"][:] = months_of_unmet_need(
        issuers["unmet_months"], issuers["need_bn"], raised_bn, parameters.distress_unmet_share
    )


def default_terms(
    parameters: Parameters,
    constants: FinancingConstants,
    base_year: BaseYear,
    shocks: ShockValues,
    frailty: DefaultFrailty,
    issuers: Issuers,
    contagion: Contagion,
    row: int,
) -> list[tuple[str, float, str]]:
    """Terms of the log of an issuer's yearly hazard of default, as it was drawn this month; they add up to it."""
    at = np.array([row])
    industry = contagion.opening_industry_spread_pp[issuers["industry"][at]]
    province = contagion.opening_province_spread_pp[issuers["province"][at]]
    given = (parameters.rollover_default_sensitivity, parameters.distress_multiplier)
    pressure, distressed = issuers["rollover_pressure"][at], issuers["distressed"][at]
    rating = -np.log1p(-rates_by_rating(parameters, base_year)[issuers["rating"][row]])
    return [
        ("rating", float(np.log(rating)), "log rate per year"),
        ("scale of 2020", float(np.log(constants.default_rate_scale)), "log"),
        ("defaults in the industry", float(log_default_terms(pressure, industry, distressed, *given)[0][0]), "log"),
        ("defaults in the province", float(log_default_terms(pressure, province, distressed, *given)[0][0]), "log"),
        ("distress", float(log_default_terms(pressure, province, distressed, *given)[1][0]), "log"),
        *((name, float(value[0]), "log") for name, value in own_default_terms(parameters, issuers, at).items()),
        ("common frailty", float(frailty_term(frailty, issuers, at)[0]), "log"),
        ("dated shock", float(default_shock(shocks, issuers, at)[0]), "log"),
    ]
