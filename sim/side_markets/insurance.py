"""Firms renew their insurance or let it lapse; insurers cede part of it to reinsurers here or abroad."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from agents.arrays import one_of, rows_where, sum_of_products
from agents.draws import Draws
from agents.institutions import Institutions, Sector
from agents.insurance import cession_shares, insuring_share, premium
from agents.issuers import IssuerClass, Issuers
from scenarios.parameters import Parameters
from sim.accounting.record import index_of_base_year
from sim.clock import Clock
from sim.component import Changes, Component, Identity, Reading, Step
from sim.world.policy import Channels


@dataclass
class Premiums:
    """Premiums of the month by where the risk is borne, in units of debt insured at the loading of 2020."""

    retained: float = 0.0
    ceded_locally: float = 0.0
    ceded_abroad: float = 0.0

    @property
    def written(self) -> float:
        """All premiums of the month."""
        return sum((self.retained, self.ceded_locally, self.ceded_abroad))


def start_insurance(clock: Clock, draws: Draws, issuers: Changes[Issuers]) -> None:
    """Set the month of renewal and the tolerance of risk of each firm."""
    firms = rows_where(~one_of(issuers["issuer_class"], (IssuerClass.BANK, IssuerClass.FOREIGN)))
    uniform = draws["issuer.insurance"].uniform(issuers.draw_keys[firms], clock.month, count=2)
    issuers["renewal_month"][firms] = (12.0 * uniform[0]).astype(np.int8)
    issuers["risk_rank"][firms] = uniform[1]


def firms_insure_and_insurers_cede(
    clock: Clock,
    parameters: Parameters,
    channels: Channels,
    issuers: Changes[Issuers],
    institutions: Changes[Institutions],
    premiums: Changes[Premiums],
) -> None:
    """Firms insure or bear risks; insurers cede here or abroad.

    Firms whose year is over decide. The amount at risk is taken to be in proportion to a firm's debt, which grows with
    its business.
    """
    rows = rows_where(issuers["renewal_month"] == clock.month_of_year)
    cost = channels.ratio("insurance_cover_cost")
    share_insuring = insuring_share(parameters.insured_share_2020, cost, parameters.cover_cost_slope)
    insured = issuers["risk_rank"][rows] < share_insuring
    exposure = np.where(insured, issuers["debt_bn"][:, rows].sum(axis=0), 0.0)
    issuers["insured"][rows] = insured
    issuers["premium"][:] = 0.0
    issuers["premium"][rows] = premium(exposure, parameters.insurance_loading_2020, cost)
    insurers = rows_where(institutions["sector"] == int(Sector.INSURER))
    share = cession_shares(
        institutions["local_leaning"][insurers],
        parameters.ceded_share_2020,
        parameters.locally_ceded_share_2020,
        channels.ratio("underwriting_capacity"),
        parameters.cession_spread,
        parameters.reinsurance_capital_slope,
    )
    institutions["ceded_locally"][insurers] = share[1]
    written = institutions["assets_bn"][insurers] / institutions["assets_bn"][insurers].sum()
    retained, locally, abroad = float(issuers["premium"].sum()) * sum_of_products(share, written)
    premiums.retained, premiums.ceded_locally, premiums.ceded_abroad = float(retained), float(locally), float(abroad)


def premiums_written(premiums: Premiums) -> float:
    """Premiums that firms pay for cover."""
    return premiums.written


def premiums_ceded_locally(premiums: Premiums) -> float:
    """Premiums ceded to reinsurers in the city."""
    return premiums.ceded_locally


def insurance_identities(issuers: Issuers, premiums: Premiums) -> Iterator[Identity]:
    """Premiums that firms pay are retained or ceded."""
    yield "premiums", float(issuers["premium"].sum()), premiums.written


INSURANCE = Component(
    name="insurance",
    states=(Premiums,),
    start=start_insurance,
    streams=("issuer.insurance",),
    steps=(Step(firms_insure_and_insurers_cede, owner="Issuer"),),
    readings=(
        Reading("insurance_premium", "index, 2020 = 100", "flow", premiums_written, scaled_to=index_of_base_year),
        Reading(
            "reinsurance_premium", "index, 2020 = 100", "flow", premiums_ceded_locally, scaled_to=index_of_base_year
        ),
    ),
    identities=insurance_identities,
)
