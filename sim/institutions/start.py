"""The licensed institutions at the end of the year before the base year, the seats of rivals and the queue."""

import numpy as np

from agents.balance_sheets import own_equity_ratio
from agents.draws import Draws, poisson
from agents.institutions import Centre, Institutions, Sector
from agents.licences import licence_stage_probability, steady_queue
from scenarios.parameters import Parameters
from sim.banking.leverage import first_borrowers
from sim.banking.state import BankingConstants
from sim.base_year.base_year import BaseYear
from sim.base_year.first_agents import filled, pareto_shares, written
from sim.base_year.tables import table
from sim.clock import Clock
from sim.component import Changes
from sim.institutions.arrivals import meet_neighbours
from sim.institutions.city import seats_of_centres
from sim.institutions.districts import newcomers_choose, shares_2020
from sim.institutions.licences import filings_looked_for, licence_uniforms
from sim.institutions.location import institutions_by_class
from sim.institutions.state import City, Districts, InstitutionConstants, LicenceQueue, RivalCentres, SectorTraits


def start_institutions(
    clock: Clock,
    parameters: Parameters,
    constants: InstitutionConstants,
    banking: BankingConstants,
    draws: Draws,
    base_year: BaseYear,
    institutions: Changes[Institutions],
    traits: Changes[SectorTraits],
    rivals: Changes[RivalCentres],
    districts: Changes[Districts],
    queue: Changes[LicenceQueue],
    city: Changes[City],
) -> None:
    """Set institutions by sector and ownership, the seats of rivals and the queue for licences."""
    month, observed = clock.month, base_year.observed
    rows = {row["sector"]: row for row in table("institution_classes")}
    share = np.array([float(rows[s.name]["share"]) for s in Sector])
    foreign = np.array([float(rows[s.name]["foreign_share"]) for s in Sector])
    foreign = foreign * parameters.foreign_institution_share_2020 / (share * foreign).sum() * share.sum()
    traits.share = share / share.sum()
    traits.foreign_share = np.minimum(foreign, parameters.largest_foreign_share)
    count = constants.institutions_2019
    per_sector = np.floor(traits.share * count).astype(int)
    per_sector[Sector.LEASING] += count - per_sector.sum()
    sector = np.repeat(np.arange(len(Sector)), per_sector)
    keys = filled(institutions, count, month)
    uniform = draws["population.attributes"].uniform(keys, month, count=3)
    size = np.concatenate(
        [pareto_shares(n, parameters.institution_size_tail, parameters.largest_institution_share) for n in per_sector]
    )
    asset_share = np.array([float(rows[s.name]["assets_share"]) for s in Sector])
    assets = (
        observed("institution_assets")
        / (1.0 + observed("institution_assets_growth_2020"))
        * (asset_share / asset_share.sum())[sector]
        * size
    )
    traits.equity_ratio = np.array([float(rows[s.name]["equity_ratio"]) for s in Sector])
    traits.return_on_equity = np.array([float(rows[s.name]["return_on_equity"]) for s in Sector])
    normal = draws["population.attributes"].normal(keys, month, count=5)
    ratio = own_equity_ratio(
        traits.equity_ratio[sector], parameters.equity_ratio_spread, normal[4], parameters.largest_equity_ratio
    )
    equity = assets * ratio
    written(
        institutions,
        count,
        sector=sector,
        foreign=uniform[0] < traits.foreign_share[sector],
        headquarters=uniform[1] < parameters.headquarters_share,
        assets_bn=assets,
        equity_bn=equity,
        opening_equity_bn=equity,
        normal_equity_ratio=ratio,
        years_before=-parameters.years_in_city_2019 * np.log(draws["institution.years"].uniform(keys, month)),
        liabilities_bn=assets - equity,
        profitability=normal[3],
        local_leaning=draws["institution.leaning"].normal(keys, month),
    )
    managed = np.array([float(rows[s.name]["managed_share"]) for s in Sector])
    traits.manages = managed > 0.0
    traits.equity_weight = np.array([float(rows[s.name]["equity_weight"]) for s in Sector])
    institutions["managed_assets"][:] = 100.0 * (managed / managed.sum())[sector] * size
    start = draws["institution.adoption"].uniform(keys, month)
    traits.bond_share = np.array([float(rows[s.name]["bond_share"]) for s in Sector])
    traits.borrows_repo = np.array([rows[s.name]["borrows_repo"] == "1" for s in Sector])
    institutions["bonds_bn"][:] = assets * traits.bond_share[sector]
    first_borrowers(parameters, banking, draws, traits.borrows_repo, institutions, month)
    institutions["adopted"][:] = start < parameters.adopters_2019
    meet_neighbours(draws, institutions, np.arange(count), month)
    districts.shares = shares_2020()
    newcomers_choose(clock, draws, districts, institutions, np.arange(count))
    _start_rivals(parameters, institutions, rivals)
    city.seats_base_year = seats_of_centres(institutions, rivals)
    filings = filings_looked_for(parameters, traits) * parameters.entrant_share_shanghai
    passes = licence_stage_probability(parameters.licence_queue_months)
    waiting = steady_queue(filings, passes, parameters.licence_withdrawal)
    queue.waiting = poisson(waiting, licence_uniforms(draws, month, 1)[0])
    queue.filed = int(queue.waiting.sum())


def _start_rivals(parameters: Parameters, institutions: Institutions, rivals: Changes[RivalCentres]) -> None:
    """Set shares of entrants by the ratings of 2020, and seats in proportion to them."""
    ratings = {row["centre"]: float(row["rating_2020"]) for row in table("centres")}
    rating = np.array([ratings[c.name] for c in Centre])
    odds = np.exp(parameters.rating_logit * (rating - rating[Centre.SHANGHAI]))
    others = (1.0 - parameters.entrant_share_shanghai) * odds[1:] / odds[1:].sum()
    rivals.entrant_share = np.array([parameters.entrant_share_shanghai, *others])
    mine = institutions_by_class(institutions)
    rivals.seats_base_year = (
        np.maximum(mine, 1.0)[..., None] * rivals.entrant_share / rivals.entrant_share[Centre.SHANGHAI]
    )
    rivals.seats = rivals.seats_base_year[..., 1:].copy()
