"""The table of published examples in docs/stress.md: its values are those that are computed."""

from pathlib import Path

import numpy as np
import pytest

from sim import stress
from sim.evidence.roc import roc
from tests.sim.stress.test_published_examples import ASSETS, BUFFER, EXPOSURES, LIABILITIES, WEIGHTS

PAGE = Path(stress.__file__).parents[2] / "docs" / "stress.md"


def printed():
    """Rows of the table: example, values there, values here, source."""
    text = PAGE.read_text(encoding="utf-8").split("## Published examples")[1]
    rows = [line.strip("| \n").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {row[0]: row[1:] for row in rows[1:]}


def entropy():
    found = stress.maximum_entropy(ASSETS, LIABILITIES)
    return found[[0, 0, 1, 6], [1, 2, 0, 2]]


def density():
    return [np.count_nonzero(stress.minimum_density(ASSETS, LIABILITIES, rng=1))]


def debtrank_of_defaults():
    return [stress.debtrank(EXPOSURES, BUFFER, start, WEIGHTS, variant="battiston").index for start in np.eye(3)]


def debtrank_of_a_tenth():
    found = stress.debtrank(EXPOSURES, BUFFER, [0.1] * 3, WEIGHTS, variant="battiston")
    return [*found.distress, found.index]


def cascade():
    return [stress.default_cascade(EXPOSURES, BUFFER, start).failed.sum() - 1 for start in np.eye(3)]


def clearing():
    return stress.clearing_vector(0.5 * (1.0 - np.eye(3)), [1 / 2, 5 / 8, 3 / 4], [3 / 2, 1 / 2, 1 / 2]).payments


def fire_sale():
    return 1e4 * stress.fire_sales([[100.0]], [10.0], [1.0 / 90.0], [1e4]).price_fall


def images():
    normal, abnormal = [33, 6, 6, 11, 2], [3, 2, 2, 11, 33]
    score = np.repeat(np.tile(np.arange(1.0, 6.0), 2), normal + abnormal)
    return [roc(score, np.repeat([False, True], [58, 51])).area]


def without_default():
    return stress.debtrank(0.1 * EXPOSURES, [4.0, 5.0, 6.0], [0.05, 0.1, 0.02]).distress


def normal_losses():
    from scipy.stats import norm

    own, rest = (each.ravel() for each in np.meshgrid(*(norm.ppf((np.arange(n) + 0.5) / n) for n in (2000, 15))))
    return [stress.delta_covar(3.0 * (0.6 * own + 0.8 * rest), own).delta]


def spiral():
    loss = 1e-3
    return [1e3 * stress.margin_spiral([100.0], [20.0], [loss], 0.2, 0.5, 2000.0).price_fall / loss]


EXAMPLES = dict(
    zip(
        printed(),
        (
            entropy,
            density,
            debtrank_of_defaults,
            debtrank_of_a_tenth,
            cascade,
            clearing,
            fire_sale,
            images,
            without_default,
            normal_losses,
            spiral,
        ),
        strict=True,
    )
)
FEWER_LINKS = density
"""The one example whose value here is another one than there, with the reason in the table."""


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_values_of_the_table_are_those_computed_and_agree_with_the_source(example):
    there, here, source = printed()[example]
    assert source
    for one, told, value in zip(there.split(", "), here.split(", "), EXAMPLES[example](), strict=True):
        decimals = len(told.partition(".")[2])
        assert f"{value:.{decimals}f}" == told
        if EXAMPLES[example] is not FEWER_LINKS:
            assert float(one) == float(told)


def test_the_published_network_of_few_links_is_no_sparser_than_the_one_here():
    (row,) = (printed()[name] for name, compute in EXAMPLES.items() if compute is FEWER_LINKS)
    assert int(row[1]) < int(row[0])
