"""Signals of systemic risk, read from the balance sheets and the network of the month."""

import numpy as np

from agents.absorption_ratio import absorption_ratio
from agents.arrays import Floats, rows_where
from agents.authorities import drawdown
from agents.capital_shortfall import capital_shortfall_bn, long_run_loss
from agents.certificates import BankTier
from agents.institutions import Institutions, Sector
from agents.interbank import (
    common_loss_distress,
    debtrank_distress,
    exposure_concentration,
    funding_pressure,
    unmet_share,
)
from agents.liquidity_coverage import liquid_assets_bn, liquidity_coverage, net_outflow_bn
from agents.redline import Signal
from scenarios.parameters import Parameters
from sim.accounting.securities import Holder, SecurityBook
from sim.banking.interbank import QUARTER, unsecured_share
from sim.banking.state import ForcedSales, InterbankClaims
from sim.bond_market.certificates import bank_tiers
from sim.bond_market.state import BankStress
from sim.clock import Clock
from sim.component import Changes
from sim.redline.state import SystemicRisk
from sim.world.macro import MacroPath
from sim.world.policy import Channels

YEAR = 12


def returns_by_sector(institutions: Institutions) -> Floats:
    """Income less credit losses over opening equity of each sector in the month, shape (11,)."""
    sector, count = institutions["sector"], len(Sector)
    earned = np.bincount(sector, weights=institutions["income_bn"] - institutions["losses_bn"], minlength=count)
    held = np.bincount(sector, weights=institutions["opening_equity_bn"], minlength=count)
    return np.divide(earned, held, out=np.zeros(count), where=held > 0.0)


def capital_shortfall(clock: Clock, parameters: Parameters, macro: MacroPath, institutions: Institutions) -> float:
    """Capital that institutions would lack in a long crisis, over the equity of all.

    Equity is valued at book where shares stand at their highest of twelve months, and lower by what they have fallen.
    """
    now = macro.position(clock.month)
    value = np.exp(-drawdown(macro.equity_index[max(now - YEAR, 0) : now + 1]))
    equity = institutions["equity_bn"]
    lacking = capital_shortfall_bn(
        institutions["liabilities_bn"],
        value * equity,
        parameters.crisis_capital_ratio,
        long_run_loss(parameters.market_crisis_fall, parameters.financial_share_beta),
    )
    return float(lacking.sum() / equity.sum())


def contagion(parameters: Parameters, institutions: Institutions, claims: InterbankClaims) -> tuple[float, float]:
    """DebtRank of a common loss, and the concentration of claims against capital.

    DebtRank is the part of banks' equity that they lose through claims on one another, beyond the loss itself, when all
    assets lose `common_loss`.
    """
    banks = rows_where(institutions["sector"] == int(Sector.BANK))
    equity = institutions["equity_bn"][banks]
    total = float(equity.sum())
    if total <= 0.0:
        return 1.0, 0.0
    place = np.full(len(institutions) + 1, -1)  # the last stands for institutions that have left
    place[banks] = np.arange(len(banks))
    loans = claims.loans
    lender, borrower = place[institutions.rows_of(loans.lender)], place[institutions.rows_of(loans.borrower)]
    here = (lender >= 0) & (borrower >= 0)
    lender, borrower, amount = lender[here], borrower[here], loans.amount_bn[here]
    start = common_loss_distress(equity, institutions["assets_bn"][banks], parameters.common_loss)
    distress = debtrank_distress(
        lender,
        borrower,
        amount,
        equity,
        start,
        parameters.interbank_loss_given_default,
        parameters.interbank_precision,
    )
    spread = float((equity * (distress - start)).sum()) / total
    return spread, exposure_concentration(lender, amount, equity)


def certificates_refused(parameters: Parameters, stress: BankStress) -> float:
    """Part of the certificates of small banks that find no buyer because a bank has failed."""
    usual_pp = float(bank_tiers()["spread_2020_bp"][BankTier.SMALL]) / 100.0
    spread_pp = float(stress.certificate_spread_pp[BankTier.SMALL]) - usual_pp
    return float(-np.expm1(-parameters.certificate_flight * max(spread_pp, 0.0)))


def coverage_of_banks(parameters: Parameters, book: SecurityBook, institutions: Institutions) -> float:
    """Liquid assets of banks over their net outflows in a month of stress.

    The bonds of each bank are of the classes that the country's banks hold.
    """
    held = book.holdings_bn[Holder.BANKS]
    weight = float((held * np.array(parameters.liquid_asset_weight)).sum() / held.sum())
    banks = institutions["sector"] == int(Sector.BANK)
    repo, borrowed = institutions["repo_borrowed_bn"][banks], institutions["interbank_borrowed_bn"][banks]
    liquid = liquid_assets_bn(institutions["bonds_bn"][banks], repo, parameters.repo_haircut, weight)
    other = institutions["liabilities_bn"][banks] - repo - borrowed
    net = net_outflow_bn(other, borrowed, institutions["interbank_lent_bn"][banks], parameters.deposit_runoff)
    return liquidity_coverage(liquid, net)


def systemic_risk_is_measured(
    clock: Clock,
    parameters: Parameters,
    channels: Channels,
    macro: MacroPath,
    book: SecurityBook,
    institutions: Institutions,
    claims: InterbankClaims,
    sales: ForcedSales,
    stress: BankStress,
    risk: Changes[SystemicRisk],
) -> None:
    """Signals of systemic risk are measured.

    Six of them: capital shortfall, absorption ratio, DebtRank, concentration of claims, stress of the interbank market
    and liquidity coverage.
    """
    window = round(parameters.absorption_window)
    risk.sector_returns = np.vstack([risk.sector_returns, returns_by_sector(institutions)])[-window:]
    if clock.month % QUARTER == 0:
        banks = institutions["sector"] == int(Sector.BANK)
        wanted = unsecured_share(parameters, channels) * parameters.interbank_asset_share
        risk.unmet_loans = unmet_share(
            wanted * float(institutions["assets_bn"][banks].sum()), float(institutions["interbank_lent_bn"].sum())
        )
    signals = np.empty(len(Signal))
    signals[Signal.CAPITAL_SHORTFALL] = capital_shortfall(clock, parameters, macro, institutions)
    signals[Signal.ABSORPTION] = absorption_ratio(risk.sector_returns, parameters.absorption_vector_share)
    signals[Signal.DEBTRANK], signals[Signal.CONCENTRATION] = contagion(parameters, institutions, claims)
    signals[Signal.INTERBANK_STRESS] = funding_pressure(
        risk.unmet_loans, sales.share, certificates_refused(parameters, stress)
    )
    signals[Signal.LIQUIDITY_COVERAGE] = coverage_of_banks(parameters, book, institutions)
    risk.signals = signals
