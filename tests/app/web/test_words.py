"""Every text of the app is there in both languages, and no page asks for one that is not."""

import re
import string
from pathlib import Path
from typing import get_args

import app.web
from agents.districts import District
from agents.equity_investors import EquityStyle
from agents.foreign_investors import Bloc, InvestorGroup
from agents.institutions import Centre, FinancialInstitution, Sector
from app.web.page_risk import BESIDE, LINES, SIGNALS
from app.web.recorded_units import SHARE
from app.web.words import Words, catalogue, data_in_chinese
from calibration.observations import annual_observations
from scenarios import names, plan
from scenarios.baseline import observations
from scenarios.drivers import DRIVERS
from scenarios.parameters import PARAMETER_SETS, parameter_table
from scenarios.shocks import shock_kinds
from scenarios.stresses import stresses
from sim.closing.dictionary import dictionary
from sim.closing.indicators import PLAN_INDICATORS
from sim.components import EXPLAINED
from sim.experiments.verdicts import Reaching

FOLDER = Path(app.web.__file__).parent


def fields(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_every_entry_has_two_languages_with_the_same_values():
    for key, (english, chinese) in catalogue().items():
        assert english.strip(), key
        assert chinese.strip(), key
        assert fields(english) == fields(chinese), key


def test_chinese_is_chinese():
    spared = {
        "unit.direct_financing_share",
        "unit.foreign_bond_share",
        "desk.half",
        "desk.most",
        "app.other_code",
        "app.other_language",
        "problem.joint",
        "desk.shock",
        "desk.between",
        "desk.then",
        "desk.comma",
        "desk.numeral",
        "agents.because",
        "agents.plainly",
        "agents.traits",
        "agents.percent",
    }
    for key, (_, chinese) in catalogue().items():
        assert key in spared or re.search("[\u4e00-\u9fff]", chinese), key


def test_every_key_that_a_page_asks_for_is_there():
    asked = set()
    for file in FOLDER.glob("*.py"):
        asked |= set(re.findall(r'words(?:\(\))?\(\s*"([a-z_]+\.[a-z_A-Z0-9]+)"', file.read_text(encoding="utf-8")))
    assert len(asked) > 60
    assert asked <= set(catalogue())


def test_every_text_is_asked_for():
    """A key stands in a page as it is, or as the second half of one that is put together there."""
    pages = "\n".join(file.read_text(encoding="utf-8") for file in FOLDER.glob("*.py")).replace("'", '"')
    named = (
        "indicator",
        "unit",
        "lever",
        "group",
        "scenario",
        "district",
        "sector",
        "decision",
        "decided",
        "did",
        "one",
        "trait",
        "kind",
        "page",
        "macro",
        "goal",
        "light",
        "centre",
        "displacement",
        "swept",
        "source",
        "channel",
        "parameter_set",
        "knowledge",
        "experiment",
        "run_kind",
        "instrument",
        "line",
        "signal",
        "signal_unit",
        "stress",
        "verdict",
        "size",
        "not_recorded",
        "driver",
        "design",
    )
    for key in catalogue():
        group, _, name = key.partition(".")
        caveat = key.startswith("sources.caveat_")
        assert group in (*named, "authority") or caveat or f'"{key}"' in pages or f'"{name}"' in pages, key


def test_everything_that_has_a_name_has_it_in_both_languages():
    keys = [f"lever.{lever}" for lever in plan.lever_ids()]
    keys += [f"channel.{channel.id}" for channel in plan.channels()]
    keys += [f"group.{group}" for group in plan.TASK_GROUPS]
    keys += [f"{kind}.{id}" for id in PLAN_INDICATORS for kind in ("indicator", "unit")]
    keys += [f"scenario.{name}" for name in names()]
    keys += [f"district.{each.name}" for each in District] + [f"sector.{each.name}" for each in Sector]
    keys += [f"decision.{name}" for decisions in EXPLAINED.values() for name in decisions]
    keys += [f"kind.{kind.__name__}" for kind in EXPLAINED]
    # A financial institution goes by its class.
    keys += [f"one.{kind.__name__}" for kind in EXPLAINED if kind is not FinancialInstitution]
    keys += [f"one.{each.name}" for each in Sector]
    keys += [f"trait.{each.name}" for kind in (InvestorGroup, EquityStyle, Bloc) for each in kind]
    keys += [f"centre.{each.name.lower()}" for each in Centre] + ["centre.rest_of_the_country"]
    keys += [f"source.{source}" for source in ("store", "desk")]
    keys += [f"{group}.{name}" for name in PARAMETER_SETS for group in ("parameter_set", "knowledge")]
    keys += [f"driver.{name}" for name in DRIVERS]
    keys += [f"goal.{goal.id}" for goal in plan.goals()]
    keys += [f"{kind}.{name}" for name in ("systemic_risk", *SIGNALS, *BESIDE) for kind in ("signal", "signal_unit")]
    keys += [f"line.{line}" for line in LINES] + [f"stress.{name}" for name in ("all", *stresses())]
    keys += [f"verdict.{verdict}" for verdict in get_args(Reaching.__value__)]
    keys += [f"light.{light}" for light in ("green", "amber", "red", "not modelled")]
    assert [key for key in keys if key not in catalogue()] == []
    assert Words("zh")("lever.fintech_hub") != Words("en")("lever.fintech_hub")
    assert Words("fr").language == "en"


def test_the_plans_data_is_there_in_chinese():
    keys = {f"{group}.{lever}" for lever in plan.lever_ids() for group in ("lever_measured", "lever_scale")}
    keys |= {f"measure.{measure.id}" for measure in plan.measures()}
    keys |= {f"definition.{id}" for id in dictionary()}
    keys |= {
        f"recorded_unit.{each.unit}"
        for each in dictionary().values()
        if each.id not in PLAN_INDICATORS and each.unit != SHARE
    }
    words = {each.modelled_as for each in plan.measures()} | {each.authority for each in plan.measures()}
    words |= {each.status for each in (*parameter_table(), *observations().values(), *annual_observations())}
    keys |= {f"term.{word}" for word in words}
    keys |= {f"parameter.{each.id}" for each in parameter_table()} | {f"observation.{id}" for id in observations()}
    keys |= {f"annual.{each.series}" for each in annual_observations()}
    described = (*parameter_table(), *observations().values(), *annual_observations())
    sources = {each.source for each in described} | {each.proxy_basis for each in plan.indicators() if each.proxy_basis}
    keys |= {f"clause.{each.location}" for each in (*plan.indicators(), plan.redline())}
    units = {each.unit for each in (*described, *plan.indicators())}
    keys |= {f"source.{source}" for source in sources} | {
        f"unit.{unit}" for unit in units if re.search("[A-Za-z]", unit)
    }
    keys |= {f"shock.{name}" for name in shock_kinds()}
    keys |= {f"shock_unit.{kind.unit}" for kind in shock_kinds().values()}
    # Terms of decisions are tested where they are told.
    assert keys == {key for key in data_in_chinese() if not key.startswith("decided")}
    # The names of some publications are all that a source has.
    translated = {key: text for key, text in data_in_chinese().items() if not key.startswith("source.")}
    assert all(re.search("[\u4e00-\u9fff%/]", text) for text in translated.values())
    measure = plan.measures()[0]
    key = f"measure.{measure.id}"
    assert Words("en").of_data(key, measure.title) == measure.title != Words("zh").of_data(key, measure.title)


CHINESE_MAY_HAVE = (
    "CIPS Chromium DESIGN.yaml DIR DebtRank ESG English HTML Mesa PDF PNG Python QDLP QFLP RCEP REITs UTC",
    "app batches desk.yaml en frontier goals lujiazui n store sweep",
)
"""Latin words that a Chinese page may have: proper names, commands, files, a letter of mathematics."""
CONTROLS_OF_MESA = "model.controls"
"""Explains in Chinese the English words of Mesa's own controls, which it has to name."""


def test_chinese_pages_have_no_latin_words_beside_proper_names_commands_and_files():
    texts = {key: chinese for key, (_, chinese) in catalogue().items() if key != CONTROLS_OF_MESA}
    plan_texts = ("lever_measured", "lever_scale", "measure", "definition")
    texts |= {key: text for key, text in data_in_chinese().items() if key.partition(".")[0] in plan_texts}
    allowed = {word for line in CHINESE_MAY_HAVE for word in line.split()}
    foreign = {}
    for key, text in texts.items():
        found = re.findall(r"[A-Za-z][A-Za-z0-9'&+.-]*", re.sub(r"\{[^}]*\}", "", text))
        foreign |= {word: key for word in found if word not in allowed}
    assert foreign == {}
