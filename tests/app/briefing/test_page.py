"""The page stands alone, says the same in both languages, and shows the numbers of the ensemble."""

import re
import string
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import app.briefing
from app.briefing import amounts
from app.briefing.brief import Brief
from app.briefing.effects_page import largest_parts
from app.briefing.page import page
from app.briefing.svg import tick_decimals, ticks
from app.briefing.words import LANGUAGES, Wording, catalogue
from scenarios.errors import InputError
from scenarios.loader import load
from sim.experiments.attribution import OUTCOMES, Attribution
from sim.experiments.summary import Summary
from tests.app.briefing.made_up import PROVENANCE, ensemble_of, summary_of, values_of

VOID = {"meta"}


class Reader(HTMLParser):
    """Elements that are open, texts, and what a browser would load."""

    def __init__(self):
        super().__init__()
        self.open, self.texts, self.loaded, self.sheets = [], [], [], 0

    def handle_starttag(self, name, attributes):
        self.sheets += ("class", "sheet") in attributes
        # A link that a reader may follow is loaded only then.
        self.loaded += [value for key, value in attributes if key in ("src", "href", "srcset", "data") and name != "a"]
        self.loaded += [name] if name in ("script", "link", "iframe", "object", "img") else []
        if name not in VOID:
            self.open.append(name)

    def handle_startendtag(self, name, attributes):
        self.handle_starttag(name, attributes)
        self.open.pop()

    def handle_endtag(self, name):
        assert self.open.pop() == name

    def handle_data(self, text):
        if not {"style", "pre", "code"} & set(self.open):
            self.texts.append(text)


def read(text):
    reader = Reader()
    reader.feed(text)
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def whole():
    """A brief with everything: four scenarios, an attribution, wide bands, observations."""
    summary = summary_of({"turnover_total": 1.0}, gain=0.1, broken=3, names=("plan", "stretch", "mine", "committed"))
    rng = np.random.default_rng(1)
    parts = rng.normal(1.0, 0.1, (3, 4, len(OUTCOMES)))
    split = Attribution(("III(I)", "III(III)", "III(VIII)"), parts, parts.sum(axis=0), parts * 0.9)
    years = len(summary.years)
    return Brief(
        summary.with_attribution(split, 0.1),
        observed={"turnover_total": {2014: 1000.0, 2016: 1400.0, 2020: 2274.8}},
        wide={"turnover_total": np.tile([2000.0, 4000.0], (years, 1))},
        commands=("lujiazui batch plan",),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_well_formed_and_loads_nothing(whole, language):
    made = page(whole, language)
    reader = read(made)
    assert reader.loaded == [] and "url(" not in made and "@import" not in made
    assert reader.sheets == 4
    assert read(page(whole, language, short=True)).sheets == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_brief_gives_the_same_page(whole, language):
    assert page(whole, language) == page(whole, language)


def test_texts_of_users_are_shown_and_never_obeyed(whole):
    asked = '<script>alert("1")</script> & more'
    made = page(Brief(whole.summary, question=asked))
    assert "<script>" not in made
    assert asked in read(made).texts or asked in "".join(read(made).texts)


def test_a_chinese_page_has_no_english_words():
    made = read(page(Brief(summary_of(gain=0.1, broken=3), commands=("lujiazui",)), "zh"))
    told = " ".join(made.texts)
    names = ("REITs", "QFLP", "QDLP", "RCEP")
    for known in ("posterior_2020", "plan", "committed", "f" * 16, "Chromium", *names, *PROVENANCE["version"]):
        told = told.replace(known, "")
    digests = re.compile(r"\b[0-9a-f]{16}\b")
    assert re.findall(r"[A-Za-z]{2,}", digests.sub("", told)) == []


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_both_languages_name_the_same_values(key):
    english, chinese = ({name for _, name, _, _ in string.Formatter().parse(text) if name} for text in catalogue()[key])
    assert english == chinese


def test_every_text_is_used_and_every_key_exists():
    folder = Path(app.briefing.__file__).parent
    files = [*folder.glob("*.py"), folder.parent / "reports" / "briefed.py"]  # the command warns in the page's language
    source = "".join(path.read_text(encoding="utf-8") for path in files)
    whole = set(re.findall(r'"([a-z_]+\.[^"{}]+)"', source))
    open_ended = {found.split("{")[0] for found in re.findall(r'f"([a-z_]+(?:\.|_\{)[^"]*)"', source)}
    open_ended |= {f"{group}." for group in re.findall(r'chip\("([a-z_]+)"', source)}
    assert "page." not in open_ended
    for key in catalogue():
        assert key in whole or any(key.startswith(start) for start in open_ended), key
    groups = {key.split(".")[0] for key in catalogue()}
    endings = ("css", "html", "pdf", "png")
    named = {key for key in whole if key.split(".")[0] in groups and key.split(".")[1] not in endings}
    assert named <= set(catalogue())


def test_shares_of_runs_are_those_of_the_ensemble():
    values = {"plan": values_of({"panda_cumulative": 0.25}, 20), "committed": values_of({}, 20)}
    ensemble = ensemble_of(values)
    found = Summary.of(ensemble, provenance=PROVENANCE)
    table = ensemble.probability_of_target().set_index(["scenario", "indicator"])
    for name, outlooks in found.outlooks.items():
        for indicator, outlook in outlooks.items():
            assert outlook.met / outlook.runs == table.loc[(name, indicator), "probability"]
            middle = ensemble.quantiles(indicator).loc[(name, 2025), 0.5]
            assert outlook.at_target[2] == pytest.approx(middle)
    assert "5 of 20" in " ".join(read(page(Brief(found))).texts)


def test_the_first_scenario_that_is_no_baseline_is_reported_on():
    values = {name: values_of({}, 8) for name in ("committed", "mine", "other")}
    found = Summary.of(ensemble_of(values), provenance={})
    assert (found.main, found.baseline, list(found.scenarios)) == ("mine", "committed", ["mine", "other", "committed"])
    turned = Summary.of(ensemble_of(values), provenance={}, scenario="committed", baseline="other")
    assert (turned.main, turned.baseline) == ("committed", "other")


@pytest.mark.parametrize(
    ("names", "how", "told"),
    [
        (("plan", "committed"), {"scenario": "plam"}, "plam"),
        (("plan", "committed"), {"scenario": "plan", "baseline": "plan"}, "not compared with itself"),
        (("a", "b", "c", "d", "committed"), {}, "5 scenarios"),
    ],
)
def test_scenarios_that_cannot_be_reported_on_are_refused(names, how, told):
    with pytest.raises(InputError, match=told):
        Summary.of(ensemble_of({name: values_of({}, 8) for name in names}), provenance={}, **how)


def test_few_runs_leave_ranges_out():
    made = read(page(Brief(summary_of(runs=4, gain=0.1))))
    assert made.texts.count("too few runs") == 8  # seven targets and the redline
    assert made.texts.count("too few pairs") == 7


def test_a_replay_warns_above_the_numbers():
    made = page(Brief(summary_of(kinds=("conditional replay",))))
    assert made.index('class="caution"') < made.index("<table")


def test_a_setting_of_a_ready_scenario_is_shown_with_it():
    changed = load("plan").with_changes(levers={"reits_pilot": 0.9})
    values = {"plan": values_of({}, 8), "committed": values_of({}, 8)}
    ensemble = ensemble_of(values, scenarios={"plan": changed, "committed": load("committed")})
    assert "reits_pilot" in "".join(read(page(Brief(Summary.of(ensemble, provenance={})))).texts)


@pytest.mark.parametrize(
    ("low", "high", "decimals"),
    [(4.0, 7.0, 0), (0.48, 0.66, 2), (0.132, 0.191, 2), (17.0, 35.0, 0), (6.2, 7.6, 1), (0.5, 0.5, 2)],
)
def test_an_effect_has_the_digits_that_its_interval_supports(low, high, decimals):
    assert amounts.effect_decimals(low, high) == decimals


def test_amounts_are_in_the_units_of_the_language():
    english, chinese = Wording("en"), Wording("zh")
    assert amounts.amount("panda_cumulative", 1234.5, english) == "1,234"
    assert amounts.amount("panda_cumulative", 1234.5, chinese) == "12345"
    assert amounts.amount("foreign_bond_share", 0.0323, english) == "3.23"
    assert amounts.percent(1, 240, english) == "< 1 %" and amounts.percent(239, 240, chinese) == "> 99%"
    assert amounts.percent(0, 240, english) == "0 %" and amounts.percent(240, 240, chinese) == "100%"
    assert amounts.signed(-0.0004, 2, english) == "0.00" and amounts.signed(3.2, 1, english) == "+3.2"


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-3.0, 17.0), (2200.0, 4700.0), (0.0231, 0.0519)])
def test_ticks_are_round_even_and_inside(low, high):
    found = ticks(low, high, 5)
    assert 3 <= len(found) <= 8 and low <= found[0] and found[-1] <= high + 1e-12
    assert np.allclose(np.diff(found), found[1] - found[0])
    assert float(f"{found[1] - found[0]:.2g}") == pytest.approx(found[1] - found[0])
    shown = [f"{each:.{tick_decimals(found)}f}" for each in found]
    assert len(set(shown)) == len(found)


def test_small_parts_of_an_effect_are_drawn_together_and_nothing_is_lost():
    parts = [("a", 5.0), ("b", -7.0), ("c", 0.01), ("d", -0.02)]
    drawn = largest_parts(parts, Wording("en"))
    assert [name for name, _ in drawn] == ["b", "a", "Other groups"]
    assert sum(size for _, size in drawn) == pytest.approx(sum(size for _, size in parts))


def test_few_seeds_of_an_attribution_are_called_too_few(whole):
    told = " ".join(read(page(whole)).texts)
    assert "mean of 4 seeds at 10 % of full size" in told and "Too few seeds for standard errors (4; from 8 on)" in told
