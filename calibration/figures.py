"""Published figures of 2017-2020 that a user could look up, and which ten of them would narrow 2025 most."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from calibration.earlier_years import earlier_levels, stem_and_lag
from calibration.moments import dates_of, moments
from scenarios.baseline import observations
from sim.base_year.base_year import LAST_BASE_YEAR

if TYPE_CHECKING:
    import pandas as pd

MOST = 10
"""Figures that are chosen."""
SHUFFLES = 200
CHANCE_LEVEL = 0.95
"""Level of the largest share that an unrelated figure shows by chance."""
LEAST_LEFT = 1e-9
"""Share of a figure's variance left by those chosen before, below which it adds nothing."""
NOT_AT_HAND = "not at hand"
STATUS = {"observed": "published", "estimated": "estimated", "literature": "recalled", "judgement": "judgement"}


@dataclass(frozen=True)
class Publication:
    """Where a series of the model is published, and the series of earlier levels that holds some of its years."""

    series: str
    held: str
    publication: str


@dataclass(frozen=True)
class Figure:
    """Change of a series from one year to the next."""

    series: str
    year: int


@dataclass(frozen=True)
class Chosen:
    """A figure in the order of choice, and what it adds to those chosen before it.

    Parameters
    ----------
    gains
        Share of the variance of each answer that the figure removes beyond those before it, shape (answers,).
    by_chance
        Share that the best of as many unrelated figures would remove in one of 20 trials, shape (answers,).
    """

    place: int
    gains: Floats
    by_chance: Floats


@cache
def publications() -> Mapping[str, Publication]:
    """Publications by series."""
    text = resources.files("calibration").joinpath("data", "where_published.csv").read_text(encoding="utf-8")
    return {row["series"]: Publication(**row) for row in csv.DictReader(text.splitlines())}


def status_today(figure: Figure) -> str:
    """Status of a figure in the data of the fit: published, derived, recalled, estimated, judgement or not at hand.

    A moment of the fit whose later date lies in the year decides; without one, the level of the year among those from
    which runs start.
    """
    own = [
        moment.status
        for moment in moments()
        if moment.simulated == (figure.series,) and str(figure.year) in {date[:4] for date in dates_of(moment.last)}
    ]
    for status in ("published", "derived", "recalled"):
        if status in own:
            return status
    held = publications()[figure.series].held
    found = [row.status for row in earlier_levels() if row.series == held and row.year == figure.year]
    found += [
        observation.status
        for id, observation in observations().items()
        if stem_and_lag(id) == (held, LAST_BASE_YEAR - figure.year)
    ]
    return STATUS[found[0]] if found else NOT_AT_HAND


def to_look_up(figure: Figure) -> bool:
    """Whether a figure has a publication and is not yet at hand as a published one."""
    return figure.series in publications() and status_today(figure) not in ("published", "derived")


def chosen_figures(figures: Floats, answers: Floats, most: int = MOST, seed: int = 1) -> list[Chosen]:
    """Choose figures one by one, each the one that adds most to the shares of variance removed, summed over answers.

    R2_k(S + j) - R2_k(S),  less (1 - R2_k(S)) / (n - 1 - |S|), what an unrelated figure adds on average

    with R2_k(S) that of a linear regression of answer k on the figures S.

    Parameters
    ----------
    figures
        Shape (runs, figures).
    answers
        Shape (runs, answers).
    most
        Figures to choose; fewer where no figure has variance left.
    seed
        Seed of the shuffles behind `by_chance`.
    """
    rng = np.random.default_rng(seed)
    runs = len(answers)
    figure, answer = figures - figures.mean(axis=0), answers - answers.mean(axis=0)
    whole, size = (answer**2).sum(axis=0), (figure**2).sum(axis=0)
    whole = np.where(whole > 0.0, whole, np.inf)
    result: list[Chosen] = []
    for step in range(min(most, figures.shape[1], runs - 2)):
        left = (figure**2).sum(axis=0)
        usable = left > LEAST_LEFT * size
        if not usable.any():
            break
        unit = figure[:, usable] / np.sqrt(left[usable])
        unrelated = (answer**2).sum(axis=0) / whole / (runs - 1 - step)
        gains = np.full((figures.shape[1], answers.shape[1]), -np.inf)
        gains[usable] = (unit.T @ answer) ** 2 / whole - unrelated
        shuffled = [
            ((unit.T @ answer[rng.permutation(runs)]) ** 2 / whole - unrelated).max(axis=0) for _ in range(SHUFFLES)
        ]
        best = int(np.argmax(gains.sum(axis=1)))
        result.append(Chosen(best, gains[best], np.quantile(shuffled, CHANCE_LEVEL, axis=0)))
        direction = figure[:, best] / np.sqrt(left[best])
        figure = figure - np.outer(direction, direction @ figure)
        answer = answer - np.outer(direction, direction @ answer)
    return result


@dataclass(frozen=True)
class FigureToLookUp:
    """A chosen figure as tables show it.

    Parameters
    ----------
    series, year
        The growth of the series in the year.
    status
        Status in the data today, see `status_today`.
    publication
        Where it is published.
    gains
        Indicators in 2025 of whose variance it removes more than an unrelated figure would by chance, with the share
        beyond the figures chosen before it, largest first; empty where there is none.
    """

    series: str
    year: int
    status: str
    publication: str
    gains: Sequence[tuple[str, float]]


def figures_chosen(table: "pd.DataFrame") -> list[FigureToLookUp]:
    """Figures of a table of `information.information_table`, in the order of choice."""
    result = []
    for _, own in table[table["rank"].notna()].groupby("rank", sort=True):
        figure = Figure(str(own["series"].iloc[0]), int(own["year"].iloc[0]))
        beyond = own[own["share"] > own["by_chance"]].sort_values("share", ascending=False)
        gains = [(str(row["indicator"]), float(row["share"])) for row in beyond.to_dict("records")]
        publication = publications()[figure.series].publication
        result.append(FigureToLookUp(figure.series, figure.year, status_today(figure), publication, gains))
    return result
