"""An opening that is announced and taken back leaves less than none, because foreigners learn from it."""

import pytest

from scenarios.loader import load
from scenarios.plan import levers

LEVER = "bond_market_access"
IN_2020 = next(each.intensity_2020 for each in levers() if each.id == LEVER)
PATHS = {"none": {}, "kept": {LEVER: {"2021-01": 1.0}}, "reversed": {LEVER: {"2021-01": 1.0, "2022-01": IN_2020}}}


@pytest.mark.slow
@pytest.mark.parametrize(("off", "costs"), [((), True), (("credibility",), False)])
def test_a_reversal_costs_more_than_the_opening_brought(small, off, costs):
    held = {}
    for name, path in PATHS.items():
        result = small(load("frozen").with_levers(path), seed=2, interactions_off=("authorities_react", *off))
        held[name] = result.annual()["foreign_bond_holdings"][2025]
    assert held["kept"] > held["none"]
    assert (held["reversed"] < held["none"]) == costs
