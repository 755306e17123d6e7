"""The blocks of the page on other tools: R runs its own, and the file for Stata holds what Stata's lines rest on."""

import re
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

import sim
from sim.experiments.export import export_store
from sim.experiments.store import Store
from tests.setup.test_how_to import PAGES

POLICIES = ("plan", "committed")
STATA_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,31}")


def lines_of(language):
    text = (PAGES / "tables-elsewhere.md").read_text(encoding="utf-8")
    (block,) = re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)
    return block


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Exports of three pairs of runs, in the folders that the page names."""
    place = tmp_path_factory.mktemp("elsewhere")
    sim.ensemble(POLICIES, runs=3, scale=0.02, draws=0, workers=1, store=place / "runs")
    store = Store.open(place / "runs")
    export_store(store, place / "tables", "csv")
    export_store(store, place / "stata", "stata")
    return place


@pytest.fixture(scope="module")
def december(folder):
    """The foreign share of December 2025: a row a run, a column a policy."""
    months = pd.read_csv(folder / "tables" / "indicators.csv")
    rows = months[months["month"].str.startswith("2025-12")]
    return rows.pivot_table(index="run", columns="scenario", values="foreign_bond_share")


@pytest.mark.browser
def test_r_finds_the_median_of_the_differences(folder, december):
    rscript = shutil.which("Rscript")
    assert rscript, "this test needs R: apt-get install r-base-core"
    *before, median = lines_of("r").strip().rsplit("\n", 1)
    assert median.startswith("median(")
    script = "\n".join([*before, f"cat(sprintf('%.17g', {median}))"])
    done = subprocess.run([rscript, "-e", script], cwd=folder, capture_output=True, text=True, check=True, timeout=120)
    assert not done.stderr
    assert float(done.stdout) == np.median(december["plan"] - december["committed"])


@pytest.mark.slow
def test_the_file_for_stata_has_the_dates_and_names_of_the_lines(folder, december):
    # Stata's monthly dates, `tm()`, are another type than its daily ones.
    with pd.read_stata(folder / "stata" / "indicators.dta", iterator=True, convert_dates=False) as reader:
        assert reader.read(1)["month"][0] == 12 * (2019 - 1960) + 12
    use, keep_if, keep, reshape, generate, summarize = lines_of("stata").strip().splitlines()
    table = pd.read_stata(folder / re.fullmatch(r"use (\S+), clear", use)[1])
    month = pd.Period(re.fullmatch(r"keep if month == tm\((\w+)\)", keep_if)[1].replace("m", "-"), freq="M")
    rows = table[pd.PeriodIndex(table["month"], freq="M") == month]
    names = re.fullmatch(r"keep (.+)", keep)[1].split()
    value, run, policy = re.fullmatch(r"reshape wide (\w+), i\((\w+)\) j\((\w+)\) string", reshape).groups()
    wide = rows[names].pivot_table(index=run, columns=policy, values=value)
    # Stata names the new variables by the old one and the text of the policy.
    wide.columns = [f"{value}{each}" for each in wide.columns]
    assert all(STATA_NAME.fullmatch(each) for each in wide.columns)
    new, first, second = re.fullmatch(r"generate (\w+) = (\w+) - (\w+)", generate).groups()
    assert summarize == f"summarize {new}, detail"
    gap = wide[first] - wide[second]
    np.testing.assert_array_equal(gap, december["plan"] - december["committed"])
    assert len(gap) == 3
