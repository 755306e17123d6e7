"""Agents made alike within their classes: no state of their own differs, and totals stay."""

import numpy as np
import pytest

import sim
from agents.issuers import IssuerClass
from sim.closing.indicators import PLAN_INDICATORS
from sim.evidence.alike import OWN_SHOCKS, Alike, classes, make_alike, sizes
from sim.evidence.likeness import LIKENESS

KINDS = [Alike.BUT_FOR_SIZE, Alike.IN_SIZE_TOO]


def populations(model):
    return [model.institutions, model.investors, model.equity_investors, model.fintech, model.issuers]


def spread_in_class(values, cell):
    """Largest relative difference between members of a class, over all numbers of a column."""
    values = np.atleast_2d(values.astype(float).reshape(-1, values.shape[-1]))
    order = np.argsort(cell, kind="stable")
    starts = np.flatnonzero(np.diff(cell[order], prepend=-1))
    high, low = (ufunc.reduceat(values[:, order], starts, axis=1) for ufunc in (np.maximum, np.minimum))
    return float(((high - low) / np.maximum(1.0, np.maximum(abs(high), abs(low)))).max())


def test_every_state_of_every_kind_of_agent_is_equalised_or_kept_for_a_stated_reason():
    for kind, likeness in LIKENESS.items():
        assert sorted(likeness.columns) == sorted(kind.every_column)
        assert all(likeness.kept.values())


@pytest.mark.parametrize("how", KINDS)
def test_no_state_differs_within_a_class_but_those_that_are_kept(centre, how):
    model = centre("plan", rng=2)
    assert spread_in_class(model.issuers["leverage_target"], model.issuers["issuer_class"].astype(np.int64)) > 0.1
    make_alike(model, how)
    for population in populations(model):
        likeness = LIKENESS[population.agent_type]
        cell, size = classes(population, likeness), sizes(population, likeness)
        assert len(np.unique(cell)) < 0.5 * len(population)
        sized = size > 0.0  # who has no size has no amounts
        cell = np.unique(cell[sized], return_inverse=True)[1]
        stays = {*likeness.kept, *likeness.of_partners, *(likeness.of_size if size_stays(how) else ())}
        for name in sorted({*likeness.columns} - stays):
            values = population[name][..., sized]
            if name in likeness.ages:
                values = values - population["birth_month"][sized] / 12.0
            elif name == likeness.size and size_stays(how):
                values = values / size[sized] if values.ndim > 1 else np.ones_like(values)
            elif name in likeness.amounts:
                values = values / size[sized]
            assert spread_in_class(values, cell) < 1e-8, (population.agent_type.__name__, name)
    firms = model.issuers["issuer_class"] == IssuerClass.PRIVATE_MID
    leverage = model.issuers["debt_bn"].sum(axis=0)[firms] / model.issuers["assets_bn"][firms]
    cell = classes(model.issuers, LIKENESS[model.issuers.agent_type])[firms]
    assert spread_in_class(leverage, np.unique(cell, return_inverse=True)[1]) < 1e-9


def size_stays(how):
    return how is Alike.BUT_FOR_SIZE


@pytest.mark.parametrize("how", KINDS)
def test_totals_of_2020_are_as_before_when_agents_are_alike(centre, how):
    model = centre("plan", rng=2)

    def totals():
        found = [
            population[name].sum(axis=-1)
            for population in populations(model)
            for name in LIKENESS[population.agent_type].amounts
        ]
        institutions, investors = model.institutions, model.investors
        repo = (institutions["leverage"] * institutions["bonds_bn"]).sum()
        wanted = (investors["assets_usd_bn"] * np.exp(investors["base_log_weight"] + investors["own_view"])).sum()
        return np.concatenate([*(np.ravel(each) for each in found), [repo, wanted], sizes_of(model)])

    before = totals()
    year = model.indicators.loc["2020"].copy()
    make_alike(model, how)
    np.testing.assert_allclose(totals(), before, rtol=1e-9, atol=1e-9)
    assert model.indicators.loc["2020"].equals(year)


def sizes_of(model):
    return [sizes(population, LIKENESS[population.agent_type]).sum() for population in populations(model)]


def test_agents_that_are_alike_run_with_closed_accounts_and_without_shocks_of_their_own(centre):
    model = centre("plan", rng=2, verify=True)
    for _ in range(3):
        make_alike(model, Alike.IN_SIZE_TOO)
        model.step()
    assert model.largest_error < 1e-9
    assert all(model.parameters[name] == 0.0 for name in OWN_SHOCKS)
    untouched = centre("plan", rng=2)
    make_alike(untouched, Alike.NOT)
    assert untouched.parameters.own_return_spread > 0.0


@pytest.mark.slow
def test_the_error_of_representative_agents_has_a_row_for_each_likeness(short):
    table = sim.aggregation_error(short("plan", end="2021-12"), runs=1, workers=1)
    assert list(table.index.get_level_values("indicator").unique()) == list(PLAN_INDICATORS)
    assert list(table.loc["direct_financing"].index) == [how.value for how in Alike]
    assert (table.xs(Alike.NOT.value, level="agents")["change_pct"] == 0.0).all()
    assert table["error_pct"].isna().all()  # one run has no standard error
    # Firms that are alike in size raise their needs together: somebody's choice of instrument is everybody's.
    assert table.loc[("direct_financing", Alike.IN_SIZE_TOO.value), "change_pct"] != 0.0
