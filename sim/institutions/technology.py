"""Technology that institutions can use while the platform of their supplier is down in part."""

from agents.arrays import Floats
from agents.institutions import Institutions
from sim.institutions.state import ServiceOutage


def technology_in_service(institutions: Institutions, outage: ServiceOutage) -> Floats:
    """Part of its technology that each institution can use, 0..1, shape (n,); without any it is zero."""
    without: Floats = (institutions["supplier"] == outage.supplier) * outage.share
    usable: Floats = institutions["adopted"] * (1.0 - without)
    return usable
