"""The solved constant of the fintech firms."""

from collections.abc import Iterator

from agents.fintech_firms import FintechFirms
from scenarios.parameters import Parameters
from sim.base_year.base_year import BaseYear
from sim.base_year.sums import BaseYearSums
from sim.fintech.leading import size_premium_correction
from sim.fintech.state import FintechConstants
from sim.solved_constants import Match, SolvedConstant, Solving

PREMIUM_STEP = 0.6
"""Part of the corrected size premium that is taken, because capital raised in the year amplifies it."""


def first_guess() -> FintechConstants:
    """Constants to start the solution from."""
    return FintechConstants(size_premium=0.1)


def fintech_matches(base_year: BaseYear, year: BaseYearSums) -> Iterator[Match]:
    """Firms of Shanghai among the hundred leading ones of the country."""
    yield Match("leading fintech", year.leading_fintech, base_year.observed("fintech_leading"))


def size_premium_corrected(
    parameters: Parameters, base_year: BaseYear, constants: FintechConstants, fintech: FintechFirms
) -> float:
    """Move the size of Shanghai's firms towards the one at which the observed number leads."""
    wanted = round(base_year.observed("fintech_leading"))
    return constants.size_premium + PREMIUM_STEP * size_premium_correction(parameters, fintech, wanted)


FINTECH_SOLVED = Solving(
    FintechConstants,
    first_guess,
    fintech_matches,
    (SolvedConstant("size_premium", "firms of Shanghai among the leading hundred", size_premium_corrected),),
)
