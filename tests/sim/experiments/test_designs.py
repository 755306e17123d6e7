"""Sweeps: designs from files, the runs they ask for, and what they say."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import rc_context

import sim
from scenarios.errors import InputError
from sim.experiments.designs import Design, Factor, read_design
from sim.experiments.ensemble import run_requests
from sim.experiments.pictures import checked_picture, discovery_picture, sensitivity_picture, sweep_record
from sim.experiments.sensitivity import discover, morris, responses, sobol, strength, tree

FACTORS = (Factor("bond_market_access", "lever", 0.4, 1.0), Factor("sovereign_growth", "parameter", 0.08, 0.14))


@pytest.fixture
def design(short):
    def made(kind, **options):
        return Design(short("committed"), kind, FACTORS, **options)

    return made


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "design.yaml"
        path.write_text(text)
        return path

    return write


def test_a_factorial_has_every_combination(design):
    points = design("factorial", levels=3).points()
    assert len(points) == 9 and len(points.drop_duplicates()) == 9
    assert set(points["bond_market_access"]) == {0.4, 0.7, 1.0}


@pytest.mark.parametrize(("kind", "count"), [("latin_hypercube", 10), ("sobol", 16), ("morris", 30)])
def test_points_fill_the_ranges_and_repeat(design, kind, count):
    points = design(kind, samples=10).points()
    assert len(points) == count
    for factor in FACTORS:
        assert points[factor.name].between(factor.low, factor.high).all()
    assert points.equals(design(kind, samples=10).points())


def test_a_latin_hypercube_has_one_point_in_every_slice(design):
    shares = design("latin_hypercube", samples=20).shares()
    for column in shares.T:
        assert sorted((column * 20).astype(int)) == list(range(20))


def test_points_have_the_same_draws_and_their_own_levers_and_parameters(design):
    asked = design("factorial", levels=2, runs=2).requests()
    assert len(asked) == 8 and len({request.key for request in asked}) == 8
    assert [request.run for request in asked] == list(range(8))
    assert len({request.seed for request in asked}) == 2
    assert asked[0].parameters.sovereign_growth == 0.08
    assert asked[-1].parameters.sovereign_growth == 0.14
    assert asked[-1].scenario.levers["bond_market_access"] is not None


def test_macro_paths_scenarios_and_draws_are_part_of_a_design(short):
    factors = (
        Factor.of_names("macro", ["neutral", "adverse"]),
        Factor.of_names("scenario", ["committed", "plan"]),
        FACTORS[0],
    )
    made = Design(short("committed"), "factorial", factors, levels=2, runs=3, draws=2)
    asked = made.requests()
    assert len(asked) == 2 * 2 * 2 * 3 and len({request.key for request in asked}) == len(asked)
    assert {(r.scenario.name, r.scenario.macro) for r in asked} == {
        (name, macro) for name in ("committed", "plan") for macro in ("neutral", "adverse")
    }
    assert [request.draw for request in asked[:3]] == [0, 1, 0]
    assert len({request.parameters.hash for request in asked}) == 2
    assert Design.from_plain(made.plain()).plain() == made.plain()
    sampled = Design(short("committed"), "sobol", factors, samples=16)
    assert sampled.points()["macro"].value_counts().to_dict() == {0.0: 8, 1.0: 8}


def test_names_are_read_and_named_in_what_is_found(written):
    spec = "kind: factorial\nlevels: 3\ndraws: 2\nfactors: {macro: [neutral, adverse], reits_pilot: [0, 1]}\n"
    design = read_design(written(spec))
    assert len(design.points()) == 6 and design.draws == 2
    made = Design(design.scenario, "factorial", design.factors, levels=20)
    found = pd.DataFrame({"known": 1.0 - made.points()["macro"].to_numpy()})
    assert tree(made, found, "known", 0.5).iloc[0]["names"] == "neutral"
    box, _ = discover(made, found, "known", 0.5)
    assert box.set_index("factor").loc["macro", "names"] == "neutral"


def test_a_design_survives_its_plain_form(design):
    given = Design(design("sobol").scenario, "points", FACTORS, given=((0.5, 0.1), (0.6, 0.12)))
    for one in (design("morris", samples=4, runs=3), given):
        again = Design.from_plain(one.plain())
        assert again.plain() == one.plain() and again.points().equals(one.points())
        assert [request.key for request in again.requests()] == [request.key for request in one.requests()]


def test_a_file_is_read(written):
    design = read_design(
        written(
            "title: A\nscenario: committed\nkind: points\nscale: 0.05\nruns: 2\n"
            "factors:\n  bond_market_access: [0.5, 1]\n  fx_extrapolation: prior\n"
            "points:\n  - [0.6, 0.1]\n  - [0.7, 0.2]\n"
        )
    )
    assert design.kind == "points" and design.scenario.scale == 0.05 and design.runs == 2
    assert design.points()["fx_extrapolation"].tolist() == [0.1, 0.2]
    prior = design.factors[1]
    assert 0.0 < prior.low < 0.05 and 0.35 < prior.high < 0.4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind: sobl\nfactors: {reits_pilot: [0, 1]}\n", "unknown kind 'sobl'; did you mean 'sobol'"),
        ("kind: sobol\nfactors: {reit_pilot: [0, 1]}\n", "did you mean 'reits_pilot'"),
        ("kind: sobol\nfactors: {reits_pilot: [0.5, 2]}\n", "is not a range"),
        ("kind: sobol\nfactors: {reits_pilot: [0.5, .nan]}\n", "design.yaml"),
        ("kind: sobol\nfactors: {reits_pilot: prior}\n", "is not a range"),
        ("kind: sobol\nfactors: {reits_pilot: [1, 0]}\n", "is not a range"),
        ("kind: sobol\nfactors: {macro: [neutral, advers]}\n", "did you mean 'adverse'"),
        ("kind: sobol\nfactors: {macro: [neutral]}\n", "two or more names"),
        ("kind: sobol\nfactors: {scenario: [plan, comitted]}\n", "did you mean 'committed'"),
        ("kind: sobol\nfactors: {gdp_growth: prior}\n", "'gdp_growth' enters no rule, so results do not depend on it"),
        ("kind: sobol\nfactors: {}\n", "is not a set of factors"),
        ("kind: sobol\n", "is missing"),
        ("kind: sobol\nsample: 3\nfactors: {reits_pilot: [0, 1]}\n", "did you mean 'samples'"),
        ("kind: sobol\nsamples: 0\nfactors: {reits_pilot: [0, 1]}\n", "not a whole number"),
        ("kind: sobol\nsamples: 10000000\nfactors: {reits_pilot: [0, 1]}\n", "needs 10000000 points"),
        ("kind: points\nfactors: {reits_pilot: [0, 1]}\npoints: [[1, 2]]\n", "lists of one number a factor"),
        ("kind: sobol\nscenario: plann\nfactors: {reits_pilot: [0, 1]}\n", "plan"),
        ("[1, 2]\n", "is not a design"),
    ],
)
def test_a_bad_file_is_refused(written, text, message):
    with pytest.raises(InputError, match=message):
        read_design(written(text))


@pytest.fixture(scope="module")
def swept(short, tmp_path_factory):
    made = Design(short("committed", end="2022-12"), "sobol", FACTORS, samples=16)
    ensemble = run_requests(made.requests(), store=tmp_path_factory.mktemp("sweep") / "runs", workers=1)
    return made, responses(made, ensemble)


@pytest.mark.slow
def test_shares_of_variance_find_what_matters(swept):
    table = sobol(*swept).set_index(["indicator", "factor"])
    share = table.loc["foreign_bond_share"]
    assert share.loc["bond_market_access", "total"] > share.loc["sovereign_growth", "total"]
    assert share.loc["bond_market_access", "held_back_r2"] > 0.5
    assert (table["first_low"] <= table["first"]).all() and (table["first"] <= table["first_high"]).all()


def test_shares_of_variance_are_those_of_a_known_function_and_the_same_on_every_call(design):
    made = design("latin_hypercube", samples=40)
    shares = made.shares()
    known = pd.DataFrame({"known": 3.0 * shares[:, 0] - 1.0 * shares[:, 1]})
    table = sobol(made, known)
    pd.testing.assert_frame_equal(table, sobol(made, known), check_exact=True)
    first = table.set_index("factor").iloc[:2]
    assert first["total"].to_numpy() == pytest.approx([0.9, 0.1], abs=0.03)
    assert first["first"].to_numpy() == pytest.approx([0.9, 0.1], abs=0.05)
    assert (table["total_low"] <= table["total"]).all() and (table["total"] <= table["total_high"]).all()


@pytest.mark.slow
def test_a_box_bounds_what_has_to_be_high(swept):
    design, found = swept
    wanted = float(found["foreign_bond_share"].quantile(0.6))
    box, told = discover(design, found, "foreign_bond_share", wanted)
    assert box.set_index("factor").loc["bond_market_access", "low"] > 0.5
    assert told["coverage"] > 0.7 and told["density"] > 0.7
    with pytest.raises(InputError, match="0 of 16 points"):
        discover(design, found, "foreign_bond_share", 1.0)


def test_elementary_effects_are_those_of_a_known_function(design):
    made = design("morris", samples=20)
    shares = made.shares()
    known = pd.DataFrame({"known": 3.0 * shares[:, 0] - 0.5 * shares[:, 1]})
    table = morris(made, known).set_index("factor")
    assert table["mean_effect"].tolist() == pytest.approx([3.0, -0.5])
    assert table["spread"].tolist() == pytest.approx([0.0, 0.0], abs=1e-9)


@pytest.fixture
def known(design):
    """A design whose answer is known: the target is reached where the first factor is above the middle."""
    made = design("latin_hypercube", samples=200)
    return made, pd.DataFrame({"known": made.points()["bond_market_access"].to_numpy()})


def test_the_leaves_of_a_tree_part_who_gets_there(known):
    leaves = tree(*known, "known", 0.7)
    best, worst = leaves.iloc[0], leaves.iloc[-1]
    assert (best["density"], worst["density"]) == (1.0, 0.0)
    assert best["factor"] == "bond_market_access"
    assert best["low"] == pytest.approx(0.7, abs=0.01) and best["high"] == 1.0
    assert leaves.drop_duplicates("leaf")["mass"].sum() == pytest.approx(1.0)
    with pytest.raises(InputError, match="200 of 200 points"):
        tree(*known, "known", 0.0)


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_pictures_are_written_in_the_format_of_their_ending(known, tmp_path, ending):
    path = tmp_path / f"found.{ending}"
    box, _ = discover(*known, "known", 0.7)
    discovery_picture(*known, "known", 0.7, box, checked_picture(path), sweep_record(*known))
    begins = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
    assert path.read_bytes().startswith(begins[ending])


def test_a_picture_of_effects_is_written(design, tmp_path):
    made = design("morris", samples=4)
    table = morris(made, pd.DataFrame({"known": made.shares()[:, 0]}))
    sensitivity_picture("morris", table, tmp_path / "effects.png", "16 points")
    assert (tmp_path / "effects.png").stat().st_size > 5000


def test_a_picture_of_many_factors_has_the_strongest_and_says_how_many_there_are(tmp_path):
    names = [f"factor {letter}" for letter in "abcdefghijklmn"]
    table = pd.DataFrame(
        {"indicator": "turnover_total", "factor": names, strength("morris"): np.arange(14.0), "interval": 0.1}
    )
    with rc_context({"svg.fonttype": "none"}):
        sensitivity_picture("morris", table, tmp_path / "effects.svg", "14 factors")
    drawn = (tmp_path / "effects.svg").read_text(encoding="utf-8")
    assert [name in drawn for name in names] == [False] * 2 + [True] * 12
    assert "12 of 14 factors" in drawn


@pytest.mark.parametrize(("name", "message"), [("found.txt", "not a picture"), ("nowhere/found.png", "not a folder")])
def test_a_picture_that_cannot_be_written_is_refused_before_the_work(tmp_path, name, message):
    with pytest.raises(InputError, match=message):
        checked_picture(tmp_path / name)


@pytest.mark.slow
def test_missing_runs_are_said_so(swept, outcomes):
    design, _ = swept
    with pytest.raises(InputError, match="13 runs of the sweep are missing"):
        responses(design, sim.Ensemble.of_outcomes(outcomes))


@pytest.mark.slow
def test_the_commands_sweep_and_explain(written, tmp_path, capsys):
    from app.cli import command_line

    spec = written(
        "scenario: committed\nkind: morris\nsamples: 2\nscale: 0.05\n"
        "factors:\n  reits_pilot: [0, 1]\n  bond_market_access: [0, 1]\n"
    )
    store = str(tmp_path / "runs")
    assert command_line(["sweep", str(spec), "--store", store, "--workers", "1"]) == 0
    assert "6 points, 6 runs" in capsys.readouterr().out
    picture = tmp_path / "effects.png"
    assert command_line(["sensitivity", store, "--plot", str(picture)]) == 0
    assert "bond_market_access" in capsys.readouterr().out
    assert picture.exists()
    assert command_line(["discover", store, "--indicator", "foreign_bond_shar"]) == 2
    assert "did you mean 'foreign_bond_share'" in capsys.readouterr().err
    assert command_line(["discover", store, "--tree", "--indicator", "reits_cap"]) == 2
    assert "the plan has no target for reits_cap" in capsys.readouterr().err
    middle = str(float(sim.Store.open(store).indicators["reits_cap"].max()) / 2)
    assert command_line(["discover", store, "--tree", "--indicator", "reits_cap", "--at-least", middle]) == 0
    assert "reits_pilot" in capsys.readouterr().out
    assert np.isfinite(sim.Store.open(store).indicators["turnover_total"]).all()
