"""The posterior that ships: made from the data that ship, inside the priors, and the default."""

import json

import numpy as np
import pandas as pd
import pytest

import sim
from app.measured.blocks import names_of_blocks, with_block
from app.measured.calibration_tables import tables_in
from calibration.calibrate import Calibration, write_posterior
from calibration.markdown import identification_table, influence_table, moments_table, recovery_table
from calibration.moments import moments_digest
from calibration.past_runs import data_digest, designed, searched
from scenarios import parameters as parameters_module
from scenarios.errors import InputError
from scenarios.loader import load
from scenarios.parameters import (
    PARAMETER_SETS,
    ParameterSet,
    central_parameters,
    parameter_set,
    parameter_table,
    posterior_draws,
)


def test_it_was_made_from_the_data_and_moments_that_ship():
    about = posterior_draws().about
    # What joined the data or moments after the fit is named; nothing may be named while the digests agree.
    assert (about["data_digest"] == data_digest()) != bool(about["data_since"])
    assert (about["moments_digest"] == moments_digest()) != bool(about["moments_since"])
    assert about["information_until"] == "2020-12"
    assert about["runs"] + about["runs_second_round"] >= 600


@pytest.mark.parametrize(
    ("name", "rows", "index"),
    [
        ("identification", identification_table, None),
        ("moments", moments_table, None),
        ("recovery", recovery_table, None),
        ("influence", influence_table, 0),
    ],
)
def test_the_page_shows_the_tables_of_the_fit(request, name, rows, index):
    docs = request.config.rootpath / "docs"
    page = (docs / "calibration.md").read_text(encoding="utf-8").splitlines()
    table = rows(pd.read_csv(docs / "calibration" / f"{name}.csv", index_col=index)).splitlines()
    assert [line for line in table if line not in page] == []


def test_it_holds_draws_of_every_searched_parameter_inside_its_prior():
    draws, prior = posterior_draws(), ParameterSet.prior_2020().parameters
    assert draws.names == searched()
    assert len(draws.rows) == 1000
    for place, name in enumerate(draws.names):
        column = [row[place] for row in draws.rows]
        low, high = (prior[name].quantile([at]) for at in (1e-6, 1.0 - 1e-6))
        assert low <= min(column) < max(column) <= high, name
    assert set(draws.about["identified"]) <= set(searched())


def test_eleven_are_designed_and_the_roles_say_who_is_searched():
    assert len(designed()) == 11
    assert set(searched()) == {row.id for row in parameter_table() if row.role in ("calibrated", "estimated")}


def test_a_draw_takes_a_whole_row_and_leaves_the_others_to_their_priors():
    draws = posterior_draws()
    fitted, prior = ParameterSet.posterior_2020().draw(7), ParameterSet.prior_2020().draw(7)
    assert tuple(fitted[name] for name in draws.names) in draws.rows
    assert all(fitted[name] == prior[name] for name in prior if name not in draws.names)
    assert fitted.betas == prior.betas
    assert ParameterSet.posterior_2020().draw(7) == fitted
    different = {tuple(ParameterSet.posterior_2020().draw(seed)[name] for name in draws.names) for seed in range(40)}
    assert len(different) > 35


def test_the_central_point_is_the_median_of_each():
    draws = posterior_draws()
    central = central_parameters("posterior_2020")
    medians = np.median(np.array(draws.rows), axis=0)
    assert [central[name] for name in draws.names] == pytest.approx(medians.tolist())


def test_it_is_the_default_and_the_prior_stays():
    assert load("plan").parameters == PARAMETER_SETS[0] == "posterior_2020"
    asked = sim.Scenario(name="plan", policy="plan", scale=0.05, end="2021-02")
    fitted = sim.run(asked, parameters="posterior_2020")
    assert sim.run(asked).indicators.equals(fitted.indicators)
    assert not sim.run(asked, parameters="prior_2020").indicators.equals(fitted.indicators)
    with pytest.raises(InputError, match="did you mean 'prior_2020'"):
        parameter_set("prior_2021")


def test_both_sets_say_what_they_rest_on():
    assert "20 parameters fitted to 2016-2020" in parameter_set("posterior_2020").rests_on
    assert "not fitted" in parameter_set("prior_2020").rests_on


def test_a_spoilt_file_is_not_used(monkeypatch, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "posterior_2020.csv").write_text("need_growth\nnan\n", encoding="utf-8")
    (tmp_path / "data" / "posterior_2020.json").write_text("{}", encoding="utf-8")
    parameter_table()
    monkeypatch.setattr(parameters_module.resources, "files", lambda _: tmp_path)
    with pytest.raises(ValueError, match=r"posterior_2020\.csv is not usable"):
        posterior_draws.__wrapped__()


def test_a_fit_is_written_in_the_form_that_is_read(tmp_path):
    points = np.linspace(0.01, 0.99, 50)[:, None] * np.ones(len(searched()))
    known = pd.DataFrame({"parameter": list(searched()), "verdict": "identified"})
    empty = pd.DataFrame()
    fit = Calibration(points, known, empty, empty, empty, empty, empty, (), {"runs": 3})
    draws, about = write_posterior(fit, tmp_path, "2026-01-01")
    table = pd.read_csv(draws)
    assert tuple(table.columns) == searched()
    assert len(table) == 50
    told = json.loads(about.read_text(encoding="utf-8"))
    assert told["data_since"] == told["moments_since"] == ""
    assert told["date"] == "2026-01-01" and told["identified"] == list(searched()) and told["runs"] == 3


def test_every_measured_block_of_the_page_is_made_from_its_file(request):
    docs = request.config.rootpath / "docs"
    page, tables = (docs / "calibration.md").read_text(encoding="utf-8"), tables_in(docs / "calibration")
    assert set(names_of_blocks(page)) == set(tables)
    for name in names_of_blocks(page):
        assert with_block(page, name, tables[name]) == page, f"lujiazui validate inference --page: {name}"
