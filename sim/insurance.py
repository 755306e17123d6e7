"""Firms renew their insurance or let it lapse; insurers cede part of it to reinsurers here or abroad."""

from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import one_of
from agents.institutions import Sector
from agents.insurance import cession_shares, insuring_share, premium
from agents.issuers import IssuerClass

if TYPE_CHECKING:
    from sim.model import FinancialCenter


def start_insurance(centre: "FinancialCenter", month: int) -> None:
    """In which month of the year each firm decides on its cover, and how willing it is to bear risk."""
    issuers = centre.issuers
    firms = np.flatnonzero(~one_of(issuers["issuer_class"], (IssuerClass.BANK, IssuerClass.FOREIGN)))
    luck = centre.luck.insurance.uniform(issuers.luck[firms], month, count=2)
    issuers["renewal_month"][firms] = (12.0 * luck[0]).astype(np.int8)
    issuers["risk_rank"][firms] = luck[1]


def firms_insure_and_insurers_cede(centre: "FinancialCenter") -> None:
    """Firms whose year is over insure or bear their risks; insurers split the premiums.

    What a firm has at risk is taken to be in proportion to its debt, which grows with its business.
    """
    issuers, parameters, channels, baseline = centre.issuers, centre.parameters, centre.channels, centre.policy.baseline
    rows = np.flatnonzero(issuers["renewal_month"] == centre.month % 12)
    cost = channels["insurance_cover_cost"] / baseline["insurance_cover_cost"]
    share_insuring = insuring_share(parameters.insured_share_2020, cost, parameters.cover_cost_slope)
    insured = issuers["risk_rank"][rows] < share_insuring
    exposure = np.where(insured, issuers["debt_bn"][:, rows].sum(axis=0), 0.0)
    issuers["insured"][rows] = insured
    issuers["premium"][:] = 0.0
    issuers["premium"][rows] = premium(exposure, parameters.insurance_loading_2020, cost)
    institutions = centre.institutions
    insurers = np.flatnonzero(institutions["sector"] == Sector.INSURER)
    share = cession_shares(
        institutions["local_leaning"][insurers],
        parameters.ceded_share_2020,
        parameters.locally_ceded_share_2020,
        channels["underwriting_capacity"] / baseline["underwriting_capacity"],
        parameters.cession_spread,
        parameters.reinsurance_capital_slope,
    )
    institutions["ceded_locally"][insurers] = share[1]
    written = institutions["assets_bn"][insurers] / institutions["assets_bn"][insurers].sum()
    retained, locally, abroad = float(issuers["premium"].sum()) * (share @ written)
    centre.premiums = {"retained": float(retained), "ceded locally": float(locally), "ceded abroad": float(abroad)}
