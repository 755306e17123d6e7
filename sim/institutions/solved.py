"""The solved constant of the institutions."""

from collections.abc import Iterator

from agents.institutions import Institutions
from sim.base_year.base_year import BaseYear
from sim.institutions.state import InstitutionConstants
from sim.solved_constants import Match, SolvedConstant, Solving


def first_guess(base_year: BaseYear) -> InstitutionConstants:
    """Constants to start the solution from."""
    return InstitutionConstants(institutions_2019=round(base_year.observed("institutions_2019")))


def institution_matches(base_year: BaseYear, institutions: Institutions) -> Iterator[Match]:
    """Licensed institutions at the end of the base year."""
    yield Match("institutions", len(institutions), base_year.observed("institutions"))


def institutions_corrected(base_year: BaseYear, constants: InstitutionConstants, institutions: Institutions) -> int:
    """Start with as many institutions more as are missing at the end of the year."""
    return constants.institutions_2019 + round(base_year.observed("institutions")) - len(institutions)


INSTITUTIONS_SOLVED = Solving(
    InstitutionConstants,
    first_guess,
    institution_matches,
    (SolvedConstant("institutions_2019", "licensed institutions", institutions_corrected),),
)
