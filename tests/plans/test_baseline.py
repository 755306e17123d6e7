"""Observations of 2020 of a user's own plan: they replace those of Shanghai, and the simulated 2020 meets them."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import sim
from app.cli import command_line
from scenarios.baseline import observations
from scenarios.errors import InputError
from scenarios.loader import load
from scenarios.plan import shipped_plan
from scenarios.run_conditions import RunConditions
from sim.base_year.base_year import BaseYear
from sim.experiments.repeating import repeated
from sim.experiments.requests import ensemble_requests
from sim.experiments.store import Store

HERE = Path(__file__).parent
HEAD = "id,value,unit,status,source\n"
PLAN = """[plan]
name = "harbour_2025"
title = "A made-up plan of a made-up city"
target_year = 2025
basis = "hypothetical"
extends = "shanghai_14"
"""


@pytest.fixture
def harbour(tmp_path):
    """The folder of a plan with observations of its own."""
    folder = tmp_path / "harbour_2025"
    folder.mkdir()
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    shutil.copy(HERE / "harbour" / "baseline.csv", folder)
    return folder


def misses(simulated, asked):
    """Relative misses of the simulated 2020, by observation."""
    year = simulated.loc["2020"]
    december, total = year.iloc[-1], year.sum()
    found = {
        "foreign_bond_holdings": 1000.0 * december["foreign_bond_holdings"],
        "foreign_investors": december["foreign_investor_count"],
        "institutions": december["institution_count"],
        "panda_cumulative": december["panda_cumulative"],
        "fintech_leading": december["leading_fintech_count"],
        "bond_custody_interbank": 1000.0 * december["bond_custody_interbank"],
        "direct_financing_share": december["direct_financing_share"],
        "direct_financing": total["direct_financing"],
        "turnover_total": total["turnover_total"],
        "turnover_interbank_money_market": total["turnover_interbank_money"],
        "turnover_shfe": total["turnover_shfe_futures"],
    }
    return {name: value / asked.observed(name) - 1.0 for name, value in found.items()}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_simulated_2020_meets_the_observations_of_the_plan(harbour):
    asked = load("plan").with_plan(harbour)
    centre = sim.FinancialCenter(asked, verify=True)
    assert centre.solution.large_misses == {}
    assert centre.base_year.observed("institutions") == 900.0
    assert centre.base_year.observed("turnover_total") == pytest.approx(1200 + 366.7 + 152.8 + 115.44 + 21.66)
    assert {name: miss for name, miss in misses(centre.indicators, centre.base_year).items() if abs(miss) > 0.01} == {}
    # Counts are met exactly, and identities of the accounts hold.
    assert len(centre.institutions) == 900 and len(centre.investors) == 600
    centre.step()
    assert centre.largest_error < 1e-6


def test_values_of_2020_of_indicators_follow(harbour):
    start = {each.id: each.value_2020 for each in sim.load_plan(harbour).indicators}
    usual = {each.id: each.value_2020 for each in shipped_plan().indicators}
    assert start["foreign_bond_share"] == pytest.approx(2400 / 100_700)
    assert (start["direct_financing"], start["leading_fintech_count"]) == (16.5, 15.0)
    assert start["turnover_total"] == pytest.approx(1856.6) and start["panda_cumulative"] == 300.0
    assert start["direct_financing_share"] == usual["direct_financing_share"]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_an_observation_of_the_packages_own_value_changes_no_bit(harbour, short):
    unchanged = observations()["institutions"]
    (harbour / "baseline.csv").write_text(
        f"{HEAD}institutions,{unchanged.value},{unchanged.unit},observed,as in the package\n", encoding="utf-8"
    )
    usual, own = sim.run(short()), sim.run(short(), plan=harbour)
    assert usual.indicators.equals(own.indicators)
    first, second = ensemble_requests([short()], runs=1), ensemble_requests([short()], runs=1, plan=harbour)
    assert first[0].key != second[0].key and first[0].pairing != second[0].pairing


def test_it_enters_provenance_conditions_and_keys(harbour, short):
    own = sim.run(short(), plan=harbour)
    told = {row["id"]: row for row in own.provenance["plan"]["baseline"]}
    assert told["institutions"] == {
        "id": "institutions",
        "value": 900.0,
        "unit": "count",
        "status": "hypothetical",
        "source": "made up to show the form",
    }
    (line,) = [
        line
        for line in RunConditions.of_provenance(own.scenario, own.provenance).lines
        if line.startswith("Observations of 2020")
    ]
    assert f"10 of {len(observations())} (10 hypothetical)" in line and "Shanghai" in line
    before = sim.load_plan(harbour)
    path = harbour / "baseline.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("institutions,900", "institutions,901"), encoding="utf-8")
    after = sim.load_plan(harbour)
    assert before.digest != after.digest and before != after
    keys = {
        each.key for plan in (before, after, None) for each in ensemble_requests([short()], runs=1, draws=0, plan=plan)
    }
    assert len(keys) == 3


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_workers_stores_and_repetition_have_it_without_the_folder(harbour, short, tmp_path):
    asked = [short(name) for name in ("plan", "committed")]
    alone = sim.ensemble(asked, runs=2, plan=harbour, workers=1)
    stored = sim.ensemble(asked, runs=2, plan=harbour, workers=2, store=tmp_path / "store")
    for name in alone.values:
        np.testing.assert_array_equal(alone.values[name], stored.values[name])
    plan = sim.load_plan(harbour)
    shutil.rmtree(harbour)
    store = Store.open(tmp_path / "store")
    assert repeated(store, ensemble_requests(asked, runs=2, plan=plan)[0].key).same
    again = sim.Ensemble.of_store(store)
    assert list(again.difference("plan", "committed")["runs"]) == [2] * 7


def test_plans_with_other_observations_are_no_pairs(harbour, short):
    usual = sim.ensemble([short()], runs=1, draws=0, workers=1)
    own = sim.ensemble([short("committed")], runs=1, draws=0, plan=harbour, workers=1)
    assert set(usual.pairings["plan"]).isdisjoint(own.pairings["committed"])


def test_the_base_year_is_that_of_the_plan_and_no_earlier_one(harbour, short):
    with pytest.raises(InputError, match="harbour_2025"):
        sim.run(short(), plan=harbour, base_year=BaseYear(2019, {"institutions": 1659.0}))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("institution,900,count,observed,me", "baseline.csv:2: baseline.institution.id: unknown observation 'in"),
        ("institution,900,count,observed,me", "did you mean 'institutions'?"),
        ("financial_bond_issuance_recalled,4000,CNY bn a year,observed,me", "no rule of the model reads financial_bo"),
        ("institutions,900,firms,observed,me", "baseline.institutions.unit: institutions is given in 'firms' (count)"),
        ("institutions,900,count,obserfed,me", "is no status of an observation; did you mean 'observed'? (observed, "),
        ("institutions,900,count,observed,", "baseline.csv:2: baseline.institutions.source: is missing"),
        ("institutions,900.5,count,observed,me", "900.5 is not a whole number"),
        ("institutions,nine,count,observed,me", "baseline.csv:2: value: "),
        ("institutions,-900,count,observed,me", "baseline.csv:2: baseline.institutions.value: -900.0 is outside the"),
        ("institutions,900000,count,observed,me", "900000.0 is outside the range (3.348 to 33480 count)"),
        ("foreign_bond_holdings,2.4,CNY bn,observed,me", "2.4 is outside the range (6.5 to 65000 CNY bn)"),
        ("direct_financing_share,85,share,observed,me", "85.0 is outside the range (0.001 to 0.999 share)"),
        ("fintech_leading,100,count,observed,me", "100.0 is outside the range (1 to 99 count)"),
        ("turnover_total,3000,CNY trn a year,observed,me", "turnover_total is not the sum of its parts, 2274.84"),
        ("turnover_interbank_total,900,CNY trn a year,observed,me", "turnover_interbank_total is 900 here and leaves"),
        ("turnover_sse_equity,400,CNY trn a year,observed,me", "turnover_sse_total is 366.7 here and leaves no room"),
        ("bond_custody_interbank,120000,CNY bn,observed,me", "bond_custody_total is 117000 here and leaves no room"),
        ("direct_financing,12,CNY trn a year,observed,me", "direct_financing is 14117.6 here and leaves no room"),
        ("direct_financing,60,CNY trn a year,observed,me", "bond_issuance_total is 57300 here and leaves no room"),
        ("ipo_count_star,0,count a year,observed,me", "ipo_proceeds_star, ipo_count_star, star_listed_2019 are zero"),
        ("ipo_proceeds_main,800,CNY bn a year,observed,me", "equity_raised_sse is 915 here and leaves no room"),
        ("institutions,900,count,observed,me\ninstitutions,901,count,observed,me", "'institutions' is there twice"),
    ],
)  # fmt: skip
def test_what_is_no_observation_is_named_with_file_and_line(harbour, row, told):
    (harbour / "baseline.csv").write_text(HEAD + row + "\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        sim.load_plan(harbour)
    assert told in str(refused.value)


def test_a_file_without_a_column_and_one_of_another_name_are_refused(harbour):
    (harbour / "baseline.csv").write_text("id,value,unit,status\ninstitutions,900,count,observed\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"baseline\.csv:1: source"):
        sim.load_plan(harbour)
    (harbour / "baseline.csv").rename(harbour / "base_line.csv")
    with pytest.raises(InputError, match=r"no file 'base_line.csv'; did you mean 'baseline.csv'"):
        sim.load_plan(harbour)


def test_a_target_is_compared_with_the_value_of_2020_of_the_plan(harbour):
    target = '[[indicator]]\nid = "leading_fintech_count"\ntarget_value = 30.0\nqualifier = "around"\nvalue_2020 = {}\n'
    (harbour / "indicators.toml").write_text(target.format("15.0"), encoding="utf-8")
    assert sim.load_plan(harbour).indicators[0].value_2020 == 15.0
    (harbour / "indicators.toml").write_text(target.format("23.0"), encoding="utf-8")
    with pytest.raises(InputError, match=r"value_2020 of this indicator is set by the model \(15\.0\)"):
        sim.load_plan(harbour)


def test_the_command_line_names_it(harbour, tmp_path, capsys):
    scenario = tmp_path / "short.yaml"
    scenario.write_text("extends: plan\nscale: 0.02\nend: 2021-12\n", encoding="utf-8")
    assert command_line(["run", str(scenario), "--plan", str(harbour)]) == 0
    assert "Observations of 2020 of the user's own: 10 of" in " ".join(capsys.readouterr().out.split())
    assert command_line(["run", str(scenario), "--plan", str(harbour), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["conditions"]["baselines"] == [f"10 of {len(observations())} (10 hypothetical)"]
    assert answer["indicators"][6]["value_2020"] == 15.0


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("factor", [0.4, 2.5])
def test_a_city_much_smaller_or_larger_is_met_too(harbour, factor):
    """Levels of the city scaled as one; national stocks of bonds and loans stay."""
    scaled = ("institutions", "institutions_2019", "foreign_investors", "foreign_bond_holdings", "fintech_leading")
    more = ("foreign_bond_holdings_2019", "institution_assets", "turnover_shfe", "turnover_sge", "turnover_cffex")
    rows = []
    for name in (*scaled, *more):
        known = observations()[name]
        value = round(factor * known.value) if known.unit == "count" else factor * known.value
        rows.append(f"{name},{value},{known.unit},hypothetical,made up\n")
    (harbour / "baseline.csv").write_text(HEAD + "".join(rows), encoding="utf-8")
    centre = sim.FinancialCenter(load("plan").with_plan(harbour))
    assert {name: miss for name, miss in misses(centre.indicators, centre.base_year).items() if abs(miss) > 0.01} == {}
    centre.run_to_end()
    assert np.isfinite(centre.indicators[list(shipped_plan().indicator_ids)]).all(axis=None)
