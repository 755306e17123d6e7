"""`sensitivity` and `discover` with every kind of factor, every kind of design and every option."""

import itertools
import json
import math

import numpy as np
import pandas as pd
import pytest

from app.cli import command_line
from scenarios import InputError, load
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments import sensitivity
from sim.experiments.designs import KINDS, Design, Factor
from sim.experiments.pictures import tree_picture
from sim.experiments.sensitivity import discover, indices

FACTORS = {
    "lever": Factor("bond_market_access", "lever", 0.4, 1.0),
    "parameter": Factor("sovereign_growth", "parameter", 0.08, 0.14),
    "macro": Factor.of_names("macro", ["neutral", "adverse", "realised"]),
    "scenario": Factor.of_names("scenario", ["plan", "committed"]),
}
INDICATOR = PLAN_INDICATORS[0]
NAMES = [("lever",), ("macro", "parameter"), ("scenario",), ("lever", "scenario"), ("scenario", "macro")]


def known(kind, names, samples=16):
    """A design of some factors, and a sweep in which an indicator rises with the first of them."""
    factors = tuple(FACTORS[name] for name in names)
    rng = np.random.default_rng(1)
    given = ()
    if kind == "points":
        columns = [
            rng.integers(0, len(f.names), samples) if f.names else rng.uniform(f.low, f.high, samples) for f in factors
        ]
        given = tuple(tuple(float(each) for each in row) for row in np.stack(columns, axis=1))
    design = Design(load("plan"), kind, factors, samples=samples, given=given)
    points = design.points()
    first = points[factors[0].name]
    wanted = first + 0.01 * rng.normal(size=len(points)) * first.std()
    found = pd.DataFrame({INDICATOR: wanted})
    found.attrs = {"year": 2025, "conditions": {"notes": []}}
    return design, found, float((first.min() + first.max()) / 2 + 0.1 * first.std())


@pytest.mark.parametrize(
    ("kind", "names"),
    [*(("latin_hypercube", names) for names in NAMES), *((kind, ("scenario", "lever")) for kind in KINDS)],
)
def test_a_box_is_found_whatever_the_factors_are_called(kind, names):
    design, found, wanted = known(kind, names)
    box, told = discover(design, found, INDICATOR, wanted)
    first = FACTORS[names[0]].name
    assert set(box["factor"]) <= {factor.name for factor in design.factors}
    assert first in set(box["factor"])
    assert told["density"] > 0.7
    row = box.set_index("factor").loc[first]
    assert row["high"] == pytest.approx(design.points()[first].max())
    if FACTORS[names[0]].names:
        assert row["names"].split(", ")[-1] == FACTORS[names[0]].names[-1]


@pytest.fixture
def stored(monkeypatch, capsys):
    """Commands on a store that holds a sweep made here."""

    def call(sweep, *arguments):
        from sim.experiments.store import Store

        monkeypatch.setattr(Store, "open", lambda folder, **_: folder)
        monkeypatch.setattr(sensitivity, "swept", lambda *_: sweep)
        code = command_line([str(each) for each in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


OPTIONS = [chosen for count in range(4) for chosen in itertools.combinations(("--tree", "--json", "--quiet"), count)]


@pytest.mark.parametrize(
    ("names", "options"),
    [
        *((("lever", "scenario"), options) for options in OPTIONS),
        *((names, options) for names in [("scenario",), tuple(FACTORS)] for options in [(), ("--tree",)]),
    ],
)
def test_discover_answers_in_every_form_and_draws_what_it_is_to_draw(stored, tmp_path, names, options):
    design, found, wanted = known("latin_hypercube", names, samples=24)
    picture = tmp_path / "found.png"
    code, out, err = stored(
        (design, found), "discover", "s", "--indicator", INDICATOR, "--at-least", wanted, "--plot", picture, *options
    )
    assert (code, err) == (0, "") and FACTORS[names[0]].name in out
    assert picture.read_bytes().startswith(b"\x89PNG")
    if "--json" in options:
        told = json.loads(out)
        assert ("leaves" in told) == ("--tree" in options) and ("box" in told) != ("--tree" in options)
        held_back = told["held_back"]
        assert (held_back["points"], held_back["folds"], held_back["runs_per_point"]) == (24, 5, 1)
        assert 0.0 <= held_back["accuracy" if "--tree" in options else "coverage"] <= 1.0
    elif "--quiet" in options:
        assert all(len(line.split()) >= 3 for line in out.splitlines())
    elif names == ("scenario",):
        assert "cannot be stated" in out
    else:
        assert "points held back" in out and "Each of 5 parts of the 24 points (24 runs)" in out


@pytest.mark.parametrize("options", [(), ("--json",), ("--quiet",)], ids=str)
@pytest.mark.parametrize("kind", ["morris", "latin_hypercube"])
def test_sensitivity_answers_in_every_form_and_draws(stored, tmp_path, kind, options):
    design, found, _ = known(kind, ("scenario", "lever"))
    picture = tmp_path / "found.svg"
    code, out, err = stored((design, found), "sensitivity", "s", "--plot", picture, *options)
    assert (code, err) == (0, "") and "scenario" in out and picture.read_bytes().startswith(b"<?xml")
    if "--json" in options:
        assert {row["factor"] for row in json.loads(out)["indices"]} == {"scenario", "bond_market_access"}


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e400", "1e9", "-1e9", "much"])
@pytest.mark.parametrize("options", [(), ("--tree",)], ids=str)
def test_a_value_that_parts_nothing_is_refused_under_the_name_of_the_option(stored, value, options):
    design, found, _ = known("latin_hypercube", ("lever", "scenario"))
    code, out, err = stored((design, found), "discover", "s", "--indicator", INDICATOR, f"--at-least={value}", *options)
    assert (code, out) == (2, "") and err.startswith("error: --at-least: ")
    if not value.lstrip("-").startswith(("1e9", "much")):
        assert "finite number" in err


@pytest.mark.parametrize("typed", ["{}", "{}%", "{} %"])
def test_a_threshold_in_per_cent_is_the_same_as_its_decimal(stored, typed):
    design, found, wanted = known("latin_hypercube", ("lever", "scenario"))
    share = found.rename(columns={INDICATOR: "foreign_bond_share"})
    number = round(wanted, 4)
    text = typed.format(number if typed == "{}" else round(100 * number, 2))
    code, out, err = stored((design, share), "discover", "s", "--at-least", text, "--json")
    assert (code, err) == (0, "") and json.loads(out)["at_least"] == number


def test_a_percentage_of_an_indicator_that_is_no_share_is_refused(stored):
    design, found, _ = known("latin_hypercube", ("lever", "scenario"))
    code, out, err = stored((design, found), "discover", "s", "--indicator", "turnover_total", "--at-least", "5%")
    assert (code, out) == (2, "")
    assert err.startswith("error: --at-least: '5%' is a percentage, and turnover_total is no share (its unit: ")


def test_what_shares_of_variance_cannot_be_made_of_is_refused(stored):
    design, found, _ = known("latin_hypercube", ("lever", "scenario"))
    flat = found * 0.0
    for kind in ("latin_hypercube", "morris"):
        other, same, _ = known(kind, ("lever", "scenario"))
        with pytest.raises(InputError, match="no indicator differs"):
            indices(other, same * 0.0)
    code, out, err = stored((design, flat), "sensitivity", "s")
    assert (code, out) == (2, "") and "no indicator differs between the points" in err
    with pytest.raises(InputError, match="scenario is the only factor"):
        indices(*known("latin_hypercube", ("scenario",))[:2])
    with pytest.raises(InputError, match="9 points are too few"):
        indices(*known("latin_hypercube", ("lever", "scenario"), samples=9)[:2])


def test_a_tree_of_one_leaf_can_be_drawn(tmp_path):
    leaf = {"leaf": 1, "density": 0.5, "mass": 1.0, "factor": "", "low": math.nan, "high": math.nan, "names": ""}
    tree_picture(pd.DataFrame([leaf]), INDICATOR, 0.5, tmp_path / "one.png", "64 points")
    assert (tmp_path / "one.png").stat().st_size > 3000
