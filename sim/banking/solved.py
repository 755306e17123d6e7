"""The solved constant of banking."""

from collections.abc import Iterator

from scenarios.parameters import Parameters
from sim.banking.state import BankingConstants
from sim.base_year.sums import BaseYearSums
from sim.solved_constants import Match, Matches, SolvedConstant, Solving


def first_guess() -> BankingConstants:
    """Constants to start the solution from."""
    return BankingConstants(repo_leverage=0.2)


def banking_matches(parameters: Parameters, year: BaseYearSums) -> Iterator[Match]:
    """Repo outstanding at the end of the base year."""
    yield Match("repo outstanding", year.repo_outstanding_bn, 1000.0 * parameters.repo_outstanding)


def repo_leverage_corrected(constants: BankingConstants, matches: Matches) -> float:
    """Scale the leverage of all borrowers alike."""
    return constants.repo_leverage * matches["repo outstanding"].factor


BANKING_SOLVED = Solving(
    BankingConstants,
    first_guess,
    banking_matches,
    (SolvedConstant("repo_leverage", "repo outstanding", repo_leverage_corrected),),
)
