"""What a simulated month of the base year adds to its sums."""

import numpy as np

from agents.fintech_firms import FintechFirms, leading_rows
from agents.foreign_investors import ForeignInvestors
from agents.institutions import Institutions
from agents.issuers import LADDER_INSTRUMENTS, Instrument, ListingRoute
from scenarios.parameters import Parameters
from sim.accounting.securities import SecurityBook, SecurityClass
from sim.banking.leverage import repo_outstanding_bn
from sim.base_year.base_year import BaseYear
from sim.base_year.derived import equity_share_of_sse
from sim.base_year.model_size import ModelSize
from sim.base_year.sums import BaseYearSums
from sim.component import Changes
from sim.financing.direct_financing import exchange_credit_bn
from sim.financing.state import (
    Defaults,
    DirectFinancing,
    Issuance,
    ListingQueue,
)
from sim.fintech.leading import scores
from sim.trading.state import Turnover


def add_month_of_base_year(
    parameters: Parameters,
    base_year: BaseYear,
    size: ModelSize,
    book: SecurityBook,
    investors: ForeignInvestors,
    institutions: Institutions,
    fintech: FintechFirms,
    issuance: Issuance,
    queue: ListingQueue,
    financing: DirectFinancing,
    defaults: Defaults,
    turnover: Turnover,
    year: Changes[BaseYearSums],
) -> None:
    """Add the month just simulated."""
    issued = issuance.issued_bn
    year.issued[: Instrument.IPO_MAIN] += issued[: Instrument.IPO_MAIN]
    filed = queue.expected_filings / size.scale
    year.issued[Instrument.IPO_MAIN] = filed[ListingRoute.MAIN]
    year.issued[Instrument.IPO_STAR] = filed[ListingRoute.STAR]
    share = equity_share_of_sse(base_year)
    # The observed figures of main-board offers and follow-ons are those of the Shanghai exchange.
    shanghai = np.array([share, 1.0, share, 1.0])
    year.large_deals_bn += shanghai * np.array(
        [issued[Instrument.IPO_MAIN], issued[Instrument.IPO_STAR], issuance.follow_on_bn, issued[Instrument.PANDA]]
    )
    year.expected_bn += shanghai * issuance.expected_bn
    year.expected_listings += queue.expected / size.scale
    year.certificates_bn += book.gross_bn[SecurityClass.CERTIFICATE]
    year.expected_defaults += defaults.expected
    year.financial_bonds_bn += issuance.financial_bonds_bn
    year.mean_sovereign_bn += book.opening_bn[SecurityClass.SOVEREIGN] / 12.0
    year.exchange_credit_bn += exchange_credit_bn(book, issuance)
    year.equity_elsewhere_bn += (1.0 - share) * (issued[Instrument.IPO_MAIN] + issuance.follow_on_bn)
    year.direct_financing_bn += financing.month_bn[0]
    year.direct_financing_national_bn += financing.month_bn[1]
    year.debt_deals_bn += float(issued[1:LADDER_INSTRUMENTS].sum()) + issuance.financial_bonds_bn
    year.equity_deals_bn += float(issued[Instrument.IPO_MAIN : Instrument.REIT + 1].sum()) + issuance.follow_on_bn
    year.activity = year.activity + turnover.activity
    year.foreign_by_group = np.bincount(investors["group"], weights=investors["holdings_bn"], minlength=4)
    year.repo_outstanding_bn = repo_outstanding_bn(institutions, book)[0]
    year.leading_fintech = int(fintech["in_shanghai"][leading_rows(scores(parameters, fintech))].sum())
