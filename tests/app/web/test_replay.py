"""A replay shows the numbers of its run, month by month, in both languages."""

import numpy as np
import pytest

from agents.districts import District
from app.web.replay import CENTRES, EVENTS, FLOWS, amount, frames_of, levers_told
from app.web.words import Words
from scenarios import load
from scenarios.calendar import month_ordinal
from sim.experiments.ensemble import Ensemble
from sim.experiments.pairing import Pairing

DISTRICTS = tuple(f"institutions_{each.name.lower()}" for each in District)
SEATS = tuple(f"seats_{each.name.lower()}" for each in CENTRES)
COLUMNS = ("turnover_total", "institution_count", *FLOWS, *EVENTS, *DISTRICTS, *SEATS)


@pytest.fixture(scope="module")
def ensemble():
    values = np.zeros((2, 72, len(COLUMNS)))
    at = {name: place for place, name in enumerate(COLUMNS)}
    values[1, :, at["foreign_net_purchases"]] = np.linspace(-10.0, 25.5, 72)
    values[1, :, at["direct_financing"]] = 1.5
    values[1, :, at["institution_count"]] = 1600.0 + np.arange(72)
    values[1, :, at["institutions_lujiazui"]] = 300.0 + np.arange(72)
    values[1, :, at["seats_beijing"]] = 500.0 + np.arange(72)
    values[1, :, at["seats_hong_kong"]] = 300.0 - 2.0 * np.arange(72)
    values[1, 40, at["redline_warning"]] = 1.0
    values[1, 66:] = np.nan
    pairing = (Pairing(0, "p", "neutral", 1.0, (), "", "m"),) * 2
    first = month_ordinal("2020-01")
    return Ensemble({"desk": values}, COLUMNS, first, (0, 1), {"desk": load("plan")}, {"desk": pairing})


def test_frames_hold_the_months_of_the_run_that_was_simulated(ensemble):
    frames = frames_of(ensemble, "desk", 1, Words("en"))
    assert (frames["months"][0], frames["months"][-1]) == ("2020-12", "2025-06")
    assert len(frames["captions"]) == len(frames["months"]) == 55
    lujiazui = next(each for each in frames["districts"] if each["name"] == "Lujiazui")
    assert lujiazui["values"][0] == 311.0 and lujiazui["values"][-1] == 365.0
    flows = {each["id"]: each["values"] for each in frames["flows"]}
    assert flows["direct_financing"][3] == 1500.0
    assert frames["events"] == [7, 40 - 11]


def test_a_caption_tells_buying_from_selling_events_first_and_the_change_over_a_year(ensemble):
    frames = frames_of(ensemble, "desk", 1, Words("en"))
    assert frames["captions"][0].startswith(
        "Foreign investors sell bonds of CNY 4.5 bn net. Issuers raise CNY 1.50 trn. "
    )
    assert frames["captions"][29].startswith(
        "The redline gives an early warning. Foreign investors buy bonds of CNY 10.0 bn"
    )
    assert frames["captions"][29].endswith("There are 12 institutions more than a year before.")
    chinese = frames_of(ensemble, "desk", 1, Words("zh"))["captions"][29]
    assert chinese.startswith("触及红线预警") and "净买入债券100亿元" in chinese and chinese.endswith("增加12家。")


def test_amounts_are_in_the_units_of_the_language():
    assert amount(-13.24, Words("en")) == "CNY 13.2 bn" and amount(-13.24, Words("zh")) == "132亿元"
    assert amount(1450.0, Words("zh")) == "1.45万亿元"


def test_lines_to_rival_centres_are_the_change_of_their_seats_over_a_year(ensemble):
    seats = {each["id"]: each["values"] for each in frames_of(ensemble, "desk", 1, Words("en"))["seats"]}
    assert seats["BEIJING"][:2] == [0.0, 1.0] and set(seats["BEIJING"][12:]) == {12.0}
    assert seats["HONG_KONG"][-1] == -24.0 and set(seats["SINGAPORE"]) == {0.0}


def test_a_lever_is_told_in_the_month_in_which_it_takes_effect(ensemble):
    captions = frames_of(ensemble, "desk", 1, Words("en"))["captions"]
    assert [place for place, each in enumerate(captions) if "levers begin to change" in each] == [7]
    first = month_ordinal("2020-12")
    changed = load("frozen").with_levers({"reits_pilot": {"2022-01": 1.0}})
    assert levers_told(changed, first, 40, Words("en")) == {
        13: ["REITs pilot is set from 0.05 to 1"],
    }
