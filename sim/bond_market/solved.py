"""The solved constants of the bond market."""

from collections.abc import Iterator

import numpy as np

from agents.arrays import Floats, sum_of_products
from agents.foreign_investors import ForeignInvestors, InvestorGroup
from scenarios.parameters import Parameters
from sim.accounting.securities import SecurityBook, SecurityClass
from sim.base_year.base_year import BaseYear
from sim.base_year.derived import financial_bond_issuance_bn
from sim.base_year.sums import BaseYearSums
from sim.bond_market.state import BondMarketConstants
from sim.solved_constants import Match, Matches, SolvedConstant, Solving, StepSize

CERTIFICATES_TOLERANCE = 0.02
CERTIFICATE_STEP = 4.0
"""Move of the tilt of tenors per log miss of the certificates issued; only the speed of the solution depends on it."""
TARGET_STEP = 1.1
"""Move of a target weight per log miss of the holdings of its group."""
LEAST_INVESTORS_2019 = 0.1
"""Least foreign institutions at end-2019 over those of end-2020, with which a drawn set is solved; results state the
miss."""
MOST_INTERBANK = 0.995
"""Largest part of government bonds in the interbank market, for a share cannot pass one; results state the miss."""


def first_guess() -> BondMarketConstants:
    """Constants to start the solution from, near those of the base year 2020; only its speed depends on them."""
    return BondMarketConstants(
        certificate_tenor_tilt=0.3,
        sovereign_net_2020_bn=13000.0,
        sovereign_redemption_rate=0.1,
        sovereign_interbank_share=0.95,
        foreign_target_shift=np.zeros(len(InvestorGroup)),
        reserve_holdings_2019_bn=1100.0,
        foreign_investors_2019=800,
    )


def bond_market_matches(
    base_year: BaseYear, book: SecurityBook, investors: ForeignInvestors, year: BaseYearSums
) -> Iterator[Match]:
    """Custody, certificates and foreign investors of the base year."""
    observed = base_year.observed
    yield Match("bond custody", float(book.outstanding_bn.sum()), observed("bond_custody_total"))
    yield Match("interbank custody", book.interbank_custody_bn(), observed("bond_custody_interbank"))
    yield Match("foreign bond holdings", float(year.foreign_by_group.sum()), observed("foreign_bond_holdings"))
    yield Match("foreign investors", len(investors), observed("foreign_investors"))
    yield Match("certificates issued", year.certificates_bn, observed("ncd_issuance"), CERTIFICATES_TOLERANCE)


def certificate_tilt_corrected(constants: BondMarketConstants, matches: Matches) -> float:
    """Lengthen certificates where too many are issued: the shorter they are, the more often they are renewed."""
    return float(constants.certificate_tenor_tilt - CERTIFICATE_STEP * np.log(matches["certificates issued"].factor))


def net_supply_corrected(constants: BondMarketConstants, book: SecurityBook, matches: Matches) -> float:
    """Add to the net supply of public bonds what custody lacks."""
    lacking = (matches["bond custody"].factor - 1.0) * book.outstanding_bn.sum()
    return float(constants.sovereign_net_2020_bn + lacking)


def redemption_rate_corrected(
    base_year: BaseYear, constants: BondMarketConstants, book: SecurityBook, year: BaseYearSums, matches: Matches
) -> float:
    """Redeem what observed gross issues of public bonds exceed their net supply by.

    While the net supply is still being solved it can pass the gross one; nothing is ever redeemed backwards.
    """
    observed = base_year.observed
    gross = (
        observed("bond_issuance_total")
        - observed("ncd_issuance")
        - observed("corporate_bond_issuance")
        - observed("abs_issuance")
        - financial_bond_issuance_bn(base_year)
        - observed("panda_issuance")
    )
    return float(max(0.0, (gross - net_supply_corrected(constants, book, matches)) / year.mean_sovereign_bn))


def interbank_share_corrected(
    base_year: BaseYear, constants: BondMarketConstants, book: SecurityBook, matches: Matches
) -> float:
    """Share of public bonds that makes interbank custody the observed one, with the other classes as they are."""
    sovereign = book.outstanding_bn[SecurityClass.SOVEREIGN]
    others = float(sum_of_products(book.outstanding_bn[1:], book.interbank_share[1:]))
    stock = sovereign + net_supply_corrected(constants, book, matches) - constants.sovereign_net_2020_bn
    return float(min((base_year.observed("bond_custody_interbank") - others) / stock, MOST_INTERBANK))


def _holdings_wanted_bn(parameters: Parameters, base_year: BaseYear) -> Floats:
    """Bonds held by each group of foreign investors, CNY bn, shape (4,)."""
    return base_year.observed("foreign_bond_holdings") * np.array(parameters.holdings_share_by_type)


def target_shift_corrected(
    parameters: Parameters, base_year: BaseYear, constants: BondMarketConstants, year: BaseYearSums
) -> Floats:
    """Move the target weight of each group by the log miss of its holdings; reserve managers have none."""
    wanted = _holdings_wanted_bn(parameters, base_year)
    shift = constants.foreign_target_shift + TARGET_STEP * np.log(wanted / year.foreign_by_group)
    shift[InvestorGroup.RESERVE_MANAGER] = 0.0
    return np.asarray(shift)


def reserve_holdings_corrected(
    parameters: Parameters, base_year: BaseYear, constants: BondMarketConstants, year: BaseYearSums
) -> float:
    """Scale what reserve managers hold at end-2019 by the miss of their holdings at end-2020."""
    wanted, held = _holdings_wanted_bn(parameters, base_year), year.foreign_by_group
    reserve = InvestorGroup.RESERVE_MANAGER
    return float(constants.reserve_holdings_2019_bn * wanted[reserve] / held[reserve])


def foreign_investors_corrected(
    base_year: BaseYear, constants: BondMarketConstants, investors: ForeignInvestors, step: StepSize
) -> int:
    """Start with as many institutions more as are missing at the end of the year.

    One institution more changes who is large and so the holdings of every group; in the last passes the number stays.
    A draw of very many entrants a month would ask for fewer than none at the start.
    """
    if step.part == 0.0:
        return constants.foreign_investors_2019
    wanted = base_year.observed("foreign_investors")
    return max(round(LEAST_INVESTORS_2019 * wanted), constants.foreign_investors_2019 + round(wanted) - len(investors))


BOND_MARKET_SOLVED = Solving(
    BondMarketConstants,
    first_guess,
    bond_market_matches,
    (
        SolvedConstant("certificate_tenor_tilt", "certificates issued", certificate_tilt_corrected),
        SolvedConstant("sovereign_net_2020_bn", "bonds in custody", net_supply_corrected),
        SolvedConstant("sovereign_redemption_rate", "bonds issued", redemption_rate_corrected),
        SolvedConstant("sovereign_interbank_share", "bonds in interbank custody", interbank_share_corrected),
        SolvedConstant("foreign_target_shift", "bonds held by each group of foreign investors", target_shift_corrected),
        SolvedConstant("reserve_holdings_2019_bn", "bonds held by reserve managers", reserve_holdings_corrected),
        SolvedConstant("foreign_investors_2019", "foreign institutions", foreign_investors_corrected),
    ),
)
