"""Readings of the institutions of the city, of its slow states and of the centres that compete with it."""

from collections.abc import Callable

import numpy as np

from agents.arrays import one_of
from agents.city_state import CityState
from agents.districts import District
from agents.institutions import Centre, Institutions, Sector
from scenarios.parameters import Parameters
from sim.base_year.tables import table
from sim.component import Reading
from sim.institutions.managed_assets import conduct_shift, managed_by_class
from sim.institutions.state import City, RivalCentres, SeatFlows
from sim.world.policy import Channels

MAINLAND = np.array([Centre.BEIJING, Centre.SHENZHEN, Centre.OTHER_MAINLAND]) - 1
"""Places of the mainland's other centres among the rivals."""
SECTORS = {
    Sector.BANK: "banks",
    Sector.WEALTH_MANAGEMENT: "wealth management companies",
    Sector.BROKER: "securities companies",
    Sector.FUND: "fund management companies",
    Sector.FUTURES: "futures companies",
    Sector.INSURER: "insurers",
    Sector.INSURANCE_ASSET_MANAGEMENT: "insurance asset management companies",
    Sector.PRIVATE_FUND: "private fund managers",
    Sector.TRUST: "trust companies",
    Sector.LEASING: "leasing companies",
    Sector.INFRASTRUCTURE: "exchanges, clearing and settlement",
}
DISTRICTS = {
    District.LUJIAZUI: "Lujiazui",
    District.BUND: "the Bund",
    District.NORTH_BUND: "the North Bund",
    District.ZHANGJIANG: "Zhangjiang",
    District.LINGANG: "Lingang",
    District.HONGQIAO: "Hongqiao",
    District.YANGPU_RIVERSIDE: "the riverside of Yangpu",
    District.XUHUI_RIVERSIDE: "the riverside of Xuhui",
    District.REST_OF_CITY: "the rest of the city",
}
RIVALS = {
    Centre.BEIJING: "Beijing",
    Centre.SHENZHEN: "Shenzhen",
    Centre.HONG_KONG: "Hong Kong",
    Centre.SINGAPORE: "Singapore",
    Centre.OTHER_MAINLAND: "other cities of the mainland",
}
FUND_MANAGERS = np.array([Sector.FUND, Sector.INSURANCE_ASSET_MANAGEMENT])
MANAGERS = tuple(Sector[row["sector"]] for row in table("institution_classes") if float(row["managed_share"]) > 0.0)
"""Sectors that manage money for others."""


def institution_count(institutions: Institutions) -> float:
    """Licensed financial institutions in Shanghai."""
    return float(len(institutions))


def institutions_of(sector: Sector) -> Callable[[Institutions], float]:
    """Reading of the number of institutions of a sector in the city."""
    code = int(sector)  # numpy compares with a plain number several times as fast as with a member of an enumeration

    def count(institutions: Institutions) -> float:
        return float(np.count_nonzero(institutions["sector"] == code))

    return count


def institutions_in(district: District) -> Callable[[Institutions], float]:
    """Reading of the number of institutions in a district."""
    code = int(district)

    def count(institutions: Institutions) -> float:
        return float(np.count_nonzero(institutions["district"] == code))

    return count


def district_concentration(institutions: Institutions) -> float:
    """Sum of squared shares of the districts in institutions."""
    count = np.bincount(institutions["district"], minlength=len(District))
    return float(((count / count.sum()) ** 2).sum())


def foreign_institution_share(institutions: Institutions) -> float:
    """Foreign-funded institutions over all licensed institutions in Shanghai."""
    return float(institutions["foreign"].mean())


def hq_count(institutions: Institutions) -> float:
    """Institutions that are headquarters or functional head offices."""
    return float(institutions["headquarters"].sum())


def seats_of(rival: Centre) -> Callable[[RivalCentres], float]:
    """Reading of the expected number of institutions of a rival centre."""

    def seats(rivals: RivalCentres) -> float:
        return float(rivals.seats.sum(axis=(0, 1))[rival - 1])

    return seats


def centre_attractiveness(seats: SeatFlows) -> float:
    """Entrants expected to choose Shanghai over all that look for a centre."""
    return seats.entrants_to_shanghai / max(seats.entrants_looking, 1e-12)


def am_market_share(institutions: Institutions, rivals: RivalCentres) -> float:
    """Fund companies and insurance asset managers of Shanghai over those of all mainland centres, by number."""
    at_home = float(np.count_nonzero(one_of(institutions["sector"], FUND_MANAGERS)))
    elsewhere = float(rivals.seats[FUND_MANAGERS][..., MAINLAND].sum())
    return at_home / (at_home + elsewhere)


def aum_managed(institutions: Institutions) -> float:
    """Assets under management of institutions in Shanghai."""
    return float(managed_by_class(institutions).sum())


def managed_by(sector: Sector) -> Callable[[Institutions], float]:
    """Reading of the assets under management of a sector, index points with all of Shanghai at end-2019 = 100."""

    def managed(institutions: Institutions) -> float:
        return float(managed_by_class(institutions)[sector])

    return managed


def misconduct_losses(parameters: Parameters, channels: Channels) -> float:
    """Clients' money that managers do not receive because conduct is worse than in 2020."""
    return -100.0 * conduct_shift(parameters, channels)


def talent_stock(city: City) -> float:
    """Stock of talent of Shanghai, in standard deviations between centres."""
    return float(city.slow_states[CityState.TALENT, Centre.SHANGHAI])


def business_env_score(city: City) -> float:
    """Quality of law and business environment of Shanghai, in standard deviations between centres."""
    return float(city.slow_states[CityState.LAW, Centre.SHANGHAI])


def talent_intl_share(channels: Channels) -> float:
    """Professionals with an international background over all professionals in finance."""
    return channels["talent_international_share"]


READINGS = (
    Reading("institution_count", "count", "stock", institution_count),
    *(
        Reading(
            f"institutions_{sector.name.lower()}",
            "count",
            "stock",
            institutions_of(sector),
            definition=f"Licensed institutions in Shanghai: {name}",
        )
        for sector, name in SECTORS.items()
    ),
    *(
        Reading(
            f"institutions_{district.name.lower()}",
            "count",
            "stock",
            institutions_in(district),
            definition=f"Licensed institutions in {name}",
        )
        for district, name in DISTRICTS.items()
    ),
    Reading("district_concentration", "Herfindahl", "ratio", district_concentration),
    Reading("foreign_institution_share", "share", "ratio", foreign_institution_share),
    Reading("hq_count", "count", "stock", hq_count),
    *(
        Reading(
            f"seats_{rival.name.lower()}",
            "count",
            "stock",
            seats_of(rival),
            definition=f"Licensed institutions in {name}, expected number",
        )
        for rival, name in RIVALS.items()
    ),
    Reading("centre_attractiveness", "share", "ratio", centre_attractiveness),
    Reading("am_market_share", "index, 2020 = 100", "ratio", am_market_share, indexed=True),
    Reading("aum_managed", "index, 2020 = 100", "stock", aum_managed, indexed=True),
    *(
        Reading(
            f"aum_{sector.name.lower()}",
            "index, 2020 = 100",
            "stock",
            managed_by(sector),
            indexed=True,
            definition=f"Assets under management of institutions in Shanghai: {SECTORS[sector]}",
        )
        for sector in MANAGERS
    ),
    Reading("misconduct_losses", "% of managed assets per year", "ratio", misconduct_losses),
    Reading("talent_stock", "standard deviations, 2020 = 0", "stock", talent_stock),
    Reading("business_env_score", "standard deviations, 2020 = 0", "stock", business_env_score),
    Reading("talent_intl_share", "share", "ratio", talent_intl_share),
)
