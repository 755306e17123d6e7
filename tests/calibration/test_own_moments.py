"""Moments of the user's own: read with care, fitted to in place of those of the package, and named in the fit."""

import json
import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import calibration.calibrate as fitting
from app.cli import command_line
from app.reports.calibrate import Fitted
from calibration.calibrate import calibrate, write_posterior
from calibration.moments import moments, moments_digest, moments_of
from calibration.own_moments import read_own_moments
from scenarios.errors import InputError
from scenarios.own_parameters import read_own_parameters

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "own-observations.md").read_text(encoding="utf-8")
FILE = re.findall(r"```text\n(.*?)```", PAGE, flags=re.DOTALL)[0]
HEAD = FILE.splitlines()[0]


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_rows_replace_add_and_leave_out(mine):
    own, usual = read_own_moments(mine), {each.id: each for each in moments()}
    assert (own.replaced, own.added) == (("foreign_holdings_2020",), ("foreign_investors_2019",))
    assert own.left_out == ("institutions_2020",)
    found = {each.id: each for each in own.moments}
    assert set(found) == (set(usual) - {"institutions_2020"}) | {"foreign_investors_2019"}
    changed, before = found["foreign_holdings_2020"], usual["foreign_holdings_2020"]
    assert (changed.observed, changed.status) == (0.35, "hypothetical")
    assert (changed.simulated, changed.form, changed.first, changed.last) == (
        before.simulated,
        before.form,
        before.first,
        before.last,
    )
    assert [each for each in own.moments if each.id in usual and each.id != changed.id] == [
        each for each in moments() if each.id not in ("foreign_holdings_2020", "institutions_2020")
    ]
    assert own.digest != moments_digest() and "1 replaced, 1 added, 1 left out" in own.told


def test_a_new_moment_is_computed_as_those_of_the_package(mine):
    own = read_own_moments(mine)
    names = sorted({name for each in own.moments for name in each.simulated})
    rng = np.random.default_rng(1)
    years = pd.DataFrame(rng.uniform(1.0, 9.0, (5, len(names))), index=range(2016, 2021), columns=names)
    months = [f"{year}-{month:02d}" for year in range(2016, 2021) for month in range(1, 13)]
    monthly = pd.DataFrame(rng.uniform(1.0, 9.0, (60, len(names))), index=months, columns=names)
    found = moments_of(years, monthly, own.moments)
    place = [each.id for each in own.moments].index("foreign_investors_2019")
    count = years["foreign_investor_count"]
    assert found[place] == pytest.approx(np.log(count.loc[2019] / count.loc[2018]))
    usual = dict(zip((each.id for each in moments()), moments_of(years, monthly), strict=True))
    for each, value in zip(own.moments, found, strict=True):
        assert each.id == "foreign_investors_2019" or value == usual[each.id]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("foreign_holding_2020,,,,,0.3,0.05,log,derived,me", "missing; did you mean 'foreign_holdings_2020'"),
        ("new,foreign_investor_cout,log_growth,2018,2019,0.2,0.1,log,derived,me", "mean 'foreign_investor_count'"),
        ("new,foreign_investor_count,growth,2018,2019,0.2,0.1,log,derived,me", "unknown form 'growth'"),
        ("new,foreign_investor_count,log_growth,2018,2021,0.2,0.1,log,derived,me", "'2021' is no year or month"),
        ("new,foreign_investor_count,log_growth,2018-13,2019-01,0.2,0.1,log,derived,me", "first: '2018-13'"),
        ("new,foreign_investor_count,log_growth,2019,2018,0.2,0.1,log,derived,me", "first date, 2019, is not"),
        ("new,foreign_investor_count,log_growth,2018,2019,20,0.1,log,derived,me", "observed: 20.0 is out"),
        ("new,foreign_investor_count,log_growth,2018,2019,0.2,0,log,derived,me", "tolerance: 0.0 is out"),
        ("new,foreign_investor_count,log_growth,2018,2019,0.2,0.1,percent,derived,me", "mine.csv:2: unit: "),
        ("new,foreign_investor_count,change,2018,2019,9,1,log,derived,me", "mine.csv:2: unit: "),
        ("new,foreign_investor_count,log_growth,2018,2019,0.2,0.1,log,deriwed,me", "did you mean 'derived'"),
        ("new,foreign_investor_count,log_growth,2018,2019,0.2,0.1,log,derived,", "mine.csv:2: source: is missing"),
        ("new,foreign_investor_count,log_growth,2018,2019,a fifth,0.1,log,derived,me", "mine.csv:2: observed: "),
        ("New one,foreign_investor_count,level,,2019,2,1,count,derived,me", "'New one' cannot be the name of a moment"),
        ("institutions_2021,,,,,,,,,", "mine.csv:2: observed: is missing; did you mean 'institutions_20"),
        ("institutions_2020,,,,,,,,,\ninstitutions_2020,,,,,,,,,", "'institutions_2020' is there twice"),
        ("", "no moment is left to fit to"),
        ("\n".join(f"{each.id},,,,,,,,," for each in moments()), "no moment is left to fit to"),
    ],
)  # fmt: skip
def test_what_is_no_moment_is_named_with_file_and_line(mine, row, told, capsys):
    mine.write_text(f"{HEAD}\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_own_moments(mine)
    assert told in str(refused.value)
    assert command_line(["calibrate", "--moments", str(mine), "--quick"]) == 2
    error = capsys.readouterr().err
    assert "Traceback" not in error and "mine.csv" in error


class MadeUpRun:
    """A run whose moments follow the first parameter of its point."""

    def __init__(self, request):
        self.request = request

    @property
    def moments(self):
        return self.of(moments())

    def of(self, wanted):
        rng = np.random.default_rng(self.request.seed)
        return self.request.point[0] + 0.05 * rng.normal(size=len(wanted))


@pytest.mark.slow
def test_the_fit_follows_the_file_and_names_it(mine, tmp_path, monkeypatch):
    """Moments that rise with the first parameter: where the user's lie higher, so does the posterior."""
    monkeypatch.setattr(fitting.PastRuns, "of", lambda _, requests, *__: [MadeUpRun(each) for each in requests])
    medians = []
    for level in (0.2, 0.8):
        rows = [f"{each.id},,,,,{level},0.1,{each.unit},hypothetical,me" for each in moments()]
        logs = [row for row, each in zip(rows, moments(), strict=True) if each.form == "log_growth"]
        left = [f"{each.id},,,,,,,,," for each in moments() if each.form != "log_growth"]
        mine.write_text("\n".join([HEAD, *logs, *left]) + "\n", encoding="utf-8")
        own = read_own_moments(mine)
        fit = calibrate(tmp_path / "past", runs=64, more=0, own=own)
        medians.append(float(np.median(fit.points[:, 0])))
        assert list(fit.moments["moment"]) == [each.id for each in own.moments]
        assert set(fit.moments["status"]) == {"hypothetical"}
    assert medians[0] < 0.4 < 0.6 < medians[1]
    assert fit.about["moments_digest"] == own.digest != moments_digest()
    write_posterior(fit, tmp_path / "fit", "2026-11-30")
    told = json.loads((tmp_path / "fit" / "posterior_2020.json").read_text("utf-8"))["own_moments"]
    assert told["name"] == "mine.csv" and told["digest"] == own.digest and told["rows"][0]["source"] == "me"
    assert read_own_parameters(tmp_path / "fit").told["fit"]["own_moments"] == told
    shown = [each for each in Fitted(fit, None, [], own).parts() if isinstance(each, str)]
    assert any("Moments of the user's own: mine.csv" in each for each in shown)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.usefixtures("mine")
def test_the_commands_on_the_page_work(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    small = {
        "calibrate": ["--runs", "24", "--more", "0", "--scale", "0.02", "--workers", "1"],
        "run": ["--scale", "0.02"],
        "batch": ["--scale", "0.02", "--runs", "1", "--workers", "1"],
    }
    for line in re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)[0].splitlines():
        name, *words = shlex.split(line)[1:]
        assert command_line([name, *words, *small[name]]) == 0, capsys.readouterr().err
        shown = " ".join(capsys.readouterr().out.split())
        assert name != "calibrate" or "mine.csv" in shown
