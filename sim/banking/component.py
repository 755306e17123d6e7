"""Banks: repo leverage of institutions, interbank claims and failures."""

from collections.abc import Iterator

import numpy as np

from agents.institutions import FinancialInstitution, Institutions
from agents.repo_margin import pledged_bonds_bn
from scenarios.parameters import Parameters
from sim.banking.bond_funding import repo_funds_bond_holders
from sim.banking.interbank import interbank_market_clears, totals_by_institution
from sim.banking.leverage import change_terms, institutions_set_leverage
from sim.banking.readings import READINGS
from sim.banking.solved import BANKING_SOLVED
from sim.banking.state import ForcedSales, InterbankClaims, LendingCapacity, RepoFunding
from sim.clock import Clock
from sim.component import Changes, Component, Explanation, Identity, Step
from sim.world.macro import MacroPath


def start_banking(clock: Clock, macro: MacroPath, funding: Changes[RepoFunding]) -> None:
    """Set the yield from which the cost of overnight funding starts."""
    funding.start_pct = funding.follow_pct = float(macro.china_yield_pct[macro.position(clock.month)])


def banking_identities(
    parameters: Parameters, institutions: Institutions, claims: InterbankClaims
) -> Iterator[Identity]:
    """Claims agree at both ends, are backed by bonds and fit into balance sheets."""
    for kind, of_kind in (("interbank", claims.loans), ("repo", claims.repo)):
        lent, borrowed = institutions[f"{kind}_lent_bn"], institutions[f"{kind}_borrowed_bn"]
        total = float(of_kind.amount_bn.sum())
        claimed, owed = totals_by_institution(institutions, of_kind)
        yield f"{kind} claims by lender", float(np.abs(lent - claimed).sum()) + total, total
        yield f"{kind} claims by borrower", float(np.abs(borrowed - owed).sum()) + total, total
        yield f"{kind} lent is borrowed", float(lent.sum()), float(borrowed.sum())
    loans = claims.loans
    yield "no institution lends to itself", float(loans.amount_bn[loans.lender == loans.borrower].sum()), 0.0
    bonds = institutions["bonds_bn"]
    pledged = pledged_bonds_bn(institutions["repo_borrowed_bn"], parameters.repo_haircut)
    yield "collateral pledged is held", float(np.maximum(pledged - bonds, 0.0).sum()), 0.0
    assets = bonds + institutions["interbank_lent_bn"] + institutions["repo_lent_bn"]
    liabilities = institutions["interbank_borrowed_bn"] + institutions["repo_borrowed_bn"]
    beyond = np.maximum(assets - institutions["assets_bn"], 0.0) + np.maximum(
        liabilities - institutions["liabilities_bn"], 0.0
    )
    yield "parts of balance sheets fit into them", float(beyond.sum()), 0.0


BANKING = Component(
    name="banking",
    states=(RepoFunding, InterbankClaims, LendingCapacity, ForcedSales),
    start=start_banking,
    streams=("institution.leverage", "institution.interbank", "institution.repo"),
    steps=(
        Step(institutions_set_leverage, owner="FinancialInstitution"),
        Step(interbank_market_clears, owner="FinancialInstitution"),
        Step(repo_funds_bond_holders, owner="FinancialInstitution"),
    ),
    readings=READINGS,
    identities=banking_identities,
    explanations=(Explanation(FinancialInstitution, "leverage", "change of log repo leverage", change_terms),),
    solving=BANKING_SOLVED,
)
