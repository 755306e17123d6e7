"""The command `report`: whole files or none, the experiment that is meant, an attribution from the store."""

import json
import re
import shutil
from html import unescape

import pytest

from app.briefing import browser
from app.briefing.of_store import brief_of_store
from app.cli import command_line
from scenarios.loader import load
from sim.closing.indicators import REDLINE_INDICATORS
from sim.experiments import attribution, ensemble, pool
from sim.experiments.attribution import OUTCOMES, attribute
from sim.experiments.store import Store
from sim.experiments.stored_attribution import stored_attribution
from tests.sim.experiments.fabricated import fabricated

COLUMNS = tuple(dict.fromkeys((*OUTCOMES, *REDLINE_INDICATORS.values())))
BATCH = ("--runs", "9", "--draws", "0", "--scale", "0.05", "--workers", "1")


def six_years(request):
    return fabricated(request, COLUMNS, 72)


@pytest.fixture
def cli(capsys, monkeypatch):
    """Call a command in this process; runs give fabricated results."""
    monkeypatch.setattr(pool, "executed", six_years)

    def called(*arguments):
        code = command_line([str(each) for each in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return called


@pytest.fixture
def store(tmp_path, cli):
    folder = tmp_path / "runs"
    assert cli("batch", "plan", "committed", *BATCH, "--store", folder)[0] == 0
    return folder


@pytest.fixture
def no_browser(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)


def test_the_brief_is_written_whole_and_answers_on_the_terminal(store, cli, tmp_path):
    page = tmp_path / "brief.html"
    code, out, err = cli("report", store, "-o", page)
    assert (code, err) == (0, "")
    assert out.startswith("By 2025, the plan ") and page.name in out
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>") and text.endswith("</html>\n")
    assert "lujiazui batch plan committed --runs 9 --scale 0.05 --draws 0 --store runs" in text
    assert sorted(each.name for each in tmp_path.iterdir()) == ["brief.html", "runs"]


def test_json_has_the_documented_keys(store, cli, tmp_path, request):
    code, out, _ = cli("report", store, "-o", tmp_path / "brief.html", "--language", "zh", "--json")
    answer = json.loads(out)
    assert code == 0
    documented = (request.config.rootpath / "docs" / "json.md").read_text(encoding="utf-8")
    line = next(each for each in documented.splitlines() if each.startswith("| `lujiazui report STORE`"))
    for key in [*answer, *answer["targets"][0], *answer["effects"][0], *answer["redline"][0]]:
        assert f"`{key}`" in line, key
    assert answer["headline"].startswith("到2025年")
    assert answer["runs"] == {"plan": 9, "committed": 9} and answer["warnings"] == []


def test_few_runs_give_a_warning_in_text_and_in_json(tmp_path, cli):
    folder = tmp_path / "few"
    cli("batch", "plan", "committed", "--runs", "3", "--draws", "0", "--workers", "1", "--store", folder)
    told = json.loads(cli("report", folder, "-o", tmp_path / "brief.html", "--json")[1])
    assert [each.split(" (")[0] for each in told["warnings"]] == ["Too few runs", "Too few pairs"]
    assert {each["verdict"] for each in told["targets"]} == {"too few runs"}
    assert {each["low"] for each in told["effects"]} == {None}
    assert "Too few pairs (3; from 8 on) for effects." in cli("report", folder, "-o", tmp_path / "brief.html")[1]


def test_a_chinese_brief_is_announced_in_chinese_alone(tmp_path, cli):
    folder, page = tmp_path / "few", tmp_path / "brief.html"
    (tmp_path / "adverse.yaml").write_text("extends: committed\nmacro: adverse\n")
    few = ("--runs", "3", "--draws", "0", "--scale", "0.05", "--workers", "1")
    cli("batch", "plan", "committed", tmp_path / "adverse.yaml", *few, "--store", folder)
    out = cli("report", folder, "-o", page, "--language", "zh")[1]
    warnings = json.loads(cli("report", folder, "-o", page, "--language", "zh", "--json")[1])["warnings"]
    assert "现有3次" in out and "Too few" not in out
    (apart,) = (each for each in warnings if "未作比较" in each)
    assert "没有任何运行" in apart
    assert apart in unescape(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--language", "cn"), "--language"),
        (("-o", "brief.docx"), "--out"),
        (("--pdf", "brief.png"), "--pdf"),
        (("--scenario", "plam"), "--scenario"),
        (("--baseline", "plan", "--scenario", "plan"), "--baseline"),
        (("--design", "9"), "design"),
    ],
)
def test_what_cannot_be_used_is_refused_under_its_option(store, cli, tmp_path, monkeypatch, arguments, told):
    monkeypatch.chdir(tmp_path)
    code, out, err = cli("report", store, *arguments)
    assert (code, out) == (2, "") and len(err.splitlines()) == 1
    assert told in err
    assert [each.name for each in tmp_path.iterdir()] == ["runs"]


@pytest.mark.usefixtures("no_browser")
@pytest.mark.parametrize("option", ["pdf", "png"])
def test_without_a_browser_one_error_names_the_option_and_nothing_is_written(store, cli, tmp_path, option):
    code, out, err = cli("report", store, "-o", tmp_path / "brief.html", f"--{option}", tmp_path / f"brief.{option}")
    assert (code, out) == (2, "") and err.startswith(f"error: --{option}: no Chromium")
    assert [each.name for each in tmp_path.iterdir()] == ["runs"]


def test_a_browser_that_fails_is_one_error(tmp_path, monkeypatch):
    monkeypatch.setattr(browser, "NAMES", ("false",))
    with pytest.raises(Exception, match="could not print"):
        browser.print_pdf("<html></html>", tmp_path / "brief.pdf")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def two_groups():
    base = load("committed")
    changed = base.with_changes(levers={"bond_market_access": {"2022-01": 0.9}, "reits_pilot": {"2022-01": 0.9}})
    return changed.model_copy(update={"name": "mine"}), base


def test_an_attribution_in_the_store_is_found_again_to_the_bit(tmp_path, monkeypatch, two_groups):
    monkeypatch.setattr(pool, "executed", six_years)
    target, base = two_groups
    here = attribute(target, base, runs=3, workers=1)
    there = attribute(target, base, runs=3, workers=1, store=tmp_path / "runs")
    assert here.table.equals(there.table) and len(here.players) == 2
    found = stored_attribution(Store.open(tmp_path / "runs"), target, base)
    assert found is not None and found[1] == target.scale
    assert found[0].table.equals(here.table)


def test_an_attribution_of_other_scenarios_is_not_shown(tmp_path, monkeypatch, two_groups):
    monkeypatch.setattr(pool, "executed", six_years)
    target, base = two_groups
    attribute(target, base, runs=2, workers=1, store=tmp_path / "runs")
    store = Store.open(tmp_path / "runs")
    assert stored_attribution(store, target, load("frozen")) is None
    assert stored_attribution(store, load("plan"), base) is None
    assert stored_attribution(store, target.with_changes(macro="adverse"), base.with_changes(macro="adverse")) is None


def test_the_last_batch_is_reported_on_and_its_attribution_with_it(tmp_path, monkeypatch, two_groups):
    monkeypatch.setattr(pool, "executed", six_years)
    target, base = two_groups
    folder = tmp_path / "runs"
    ensemble.ensemble([target, base], runs=8, draws=0, workers=1, store=folder)
    attribute(target, base, runs=2, workers=1, store=folder)
    brief = brief_of_store(folder)
    assert brief.summary.main == "mine" and brief.summary.baseline == "committed"
    split = brief.summary.attribution
    assert split is not None and split.players == tuple(attribution.players_of(target, base, "group"))


def test_a_frontier_of_the_store_is_drawn_beside_the_batch(store, cli, tmp_path):
    page = tmp_path / "brief.html"
    sizes = ("--runs", "9", "--scale", "0.05", "--workers", "1")
    assert cli("report", store, "-o", page)[0] == 0
    assert "Growth against resilience" not in page.read_text(encoding="utf-8")
    assert cli("frontier", "committed", "frozen", "--lever", "reits_pilot", *sizes, "--store", store)[0] == 0
    assert [each.kind for each in Store.open(store).designs()] == ["batch", "frontier"]
    assert cli("report", store, "-o", page)[0] == 0
    text = page.read_text(encoding="utf-8")
    drawn = text[text.index("Growth against resilience") :]
    assert "lujiazui batch plan committed --runs 9" in text
    assert re.search("policy as committed by 2020( ★)?</td>", drawn)
    assert "9 runs of each policy at 5 % of full size." in drawn
    again = brief_of_store(store, design=2, scenario="plan", baseline="frozen").commands[0]
    said = "--runs 9 --base plan --intensity 1 --seed 1 --scale 0.05 --lever reits_pilot --store runs"
    assert again == f"lujiazui frontier committed frozen plan {said}"
    known = brief_of_store(store).frontier
    assert set(known.found.table["scenario"]) == {"committed", "frozen", "plan", "plan + reits_pilot"}
    assert known.found.base == "plan" and known.intensities == {"plan + reits_pilot": 1.0}


def test_a_frontier_of_another_world_is_not_drawn(store, cli):
    sizes = ("--runs", "9", "--scale", "0.05", "--workers", "1")
    asked = ("frontier", "committed", "frozen", "--base", "committed", "--lever", "reits_pilot", *sizes)
    assert cli(*asked, "--store", store)[0] == 0
    assert brief_of_store(store).frontier is None
    assert brief_of_store(store, scenario="committed", baseline="plan").frontier.found.base == "committed"
