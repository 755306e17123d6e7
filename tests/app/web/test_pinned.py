"""Cards beside the plan's: outcomes of moved levers, and indicators that a user pinned."""

import numpy as np
import pytest

from app.web import session
from app.web.desk import Desk
from app.web.link import read_link
from app.web.moves import Change
from app.web.pinned import MOST_PINNED, further_cards, outcomes_of, pin, pinned
from app.web.words import Words
from scenarios.calendar import month_ordinal
from scenarios.frozen import FrozenMapping
from sim.closing.dictionary import dictionary
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.ensemble import Ensemble
from sim.experiments.pairing import Pairing

COLUMNS = (*PLAN_INDICATORS, "reits_cap", "equity_financing_share", "institution_count")
MOVED = Desk(changes=FrozenMapping({"reits_pilot": Change(1.0), "fintech_hub": Change(1.0)}))


@pytest.fixture(autouse=True)
def nothing_pinned():
    session.view.value = {}
    yield
    session.view.value = {}


def made(runs):
    """Runs of the desk and its baseline: REITs 20 bn apart, the share of shares one point less, institutions alike."""
    rng = np.random.default_rng(5)
    base = rng.normal(100.0, 5.0, (runs, 72, len(COLUMNS)))
    base[:, :, COLUMNS.index("equity_financing_share")] = 0.05
    changed = base.copy()
    changed[:, 12:, COLUMNS.index("reits_cap")] += 20.0
    changed[:, 12:, COLUMNS.index("equity_financing_share")] -= 0.01
    scenarios = {"desk": MOVED.scenario(), "committed": MOVED.baseline_scenario()}
    pairings = {
        name: tuple(Pairing(run, "p", "neutral", 1.0, (), "", "m") for run in range(runs)) for name in scenarios
    }
    values = {"desk": changed, "committed": base}
    return Ensemble(values, COLUMNS, month_ordinal("2020-01"), tuple(range(runs)), scenarios, pairings)


def test_a_lever_brings_the_outcome_it_aims_at_unless_that_has_a_card():
    assert outcomes_of(MOVED) == {"reits_cap": ["reits_pilot"]}
    assert outcomes_of(Desk()) == {}


def test_a_further_card_has_the_range_the_change_and_its_interval():
    pin("equity_financing_share")
    pin("institution_count")
    cards = {card["id"]: card for card in further_cards(made(12), MOVED, Words("en"))}
    assert list(cards) == ["reits_cap", "equity_financing_share", "institution_count"]
    reits = cards["reits_cap"]
    assert "+20" in reits["change"] and "CNY bn" in reits["change"] and "not clear" not in reits["change"]
    assert reits["why"].endswith(": REITs pilot") and not reits["removable"]
    assert "2025" in reits["unit"] and "no target" in reits["target"]
    share = cards["equity_financing_share"]
    assert share["value"] == "4.00" and "percentage points" in share["change"] and share["removable"]
    assert cards["institution_count"]["change"].startswith("no effect")
    chinese = {card["id"]: card for card in further_cards(made(12), MOVED, Words("zh"))}
    assert "+200" in chinese["reits_cap"]["change"] and "亿元" in chinese["reits_cap"]["unit"]


def test_too_few_pairs_have_a_median_and_no_range():
    card = further_cards(made(3), MOVED, Words("en"))[0]
    assert "too few pairs" in card["change"]
    assert card["share"].count("\N{EN DASH}") == 2 and card["value"] != "\N{EN DASH}"


def test_pins_are_kept_in_their_order_taken_off_and_limited():
    several = [each for each in dictionary() if each not in PLAN_INDICATORS][: MOST_PINNED + 1]
    for each in several:
        pin(each)
    assert pinned() == tuple(several[1:])
    pin(several[3])
    assert several[3] not in pinned() and len(pinned()) == MOST_PINNED - 1
    with pytest.raises(ValueError, match="nothing_of_the_kind"):
        pin("nothing_of_the_kind")


def test_pins_of_a_link_that_no_run_records_are_left_out():
    session.look(pinned="reits_cap~no_such~reits_cap~<b>")
    assert pinned() == ("reits_cap",)
    assert read_link("pinned=reits_cap").left_out == ()
