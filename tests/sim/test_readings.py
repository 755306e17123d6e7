"""Every recorded indicator is one reading of one component, with unit, kind and definition."""

from collections import Counter

import pytest

from scenarios import plan
from sim.accounting.record import Record
from sim.closing.indicators import COLUMNS, FLOWS
from sim.component import Reading
from sim.components import COMPONENTS, READINGS
from sim.experiments.export import month_units

KINDS = {"flow": "flow", "stock": "stock", "count": "stock", "flow_ratio": "ratio", "stock_ratio": "ratio"}
"""Kind of a reading by the plan's kind of indicator."""


def test_every_column_is_one_reading_of_one_component():
    read = Counter(reading.name for component in COMPONENTS for reading in component.readings)
    assert read == Counter(COLUMNS) and set(read.values()) == {1}


def test_units_are_those_of_the_plan_where_it_states_one():
    recorded = [each for each in plan.secondary_indicators() if each.recorded]
    stated = {each.id: each.unit for each in (*plan.indicators(), *recorded)}
    assert {name: READINGS[name].unit for name in stated} == stated


def test_kinds_are_those_of_the_plan():
    stated = {each.id: KINDS.get(each.kind, "ratio") for each in plan.indicators()}
    assert {name: READINGS[name].kind for name in stated} == stated


def test_flows_are_by_year_and_only_they_have_a_sum_of_the_base_year():
    for name, reading in READINGS.items():
        assert (name in FLOWS) == (reading.kind == "flow")
        if reading.kind == "flow":
            assert reading.unit.endswith(" per year") or reading.scaled_to is not None, name
        else:
            assert reading.scaled_to is None, name


def test_an_index_of_the_end_of_2020_has_no_other_unit():
    indexed = {name for name, reading in READINGS.items() if reading.indexed}
    assert {READINGS[name].unit for name in indexed} == {"index, 2020 = 100"}
    assert "aum_managed" in indexed and not indexed & FLOWS


def test_definitions_are_single_sentences_and_no_two_are_the_same():
    definitions = [reading.definition for reading in READINGS.values()]
    assert len(set(definitions)) == len(definitions)
    for definition in definitions:
        assert len(definition.split()) > 2 and definition[-1] not in ".:" and "\n" not in definition, definition


def half() -> float:
    """Half of what there is.

    Nothing else.
    """
    return 0.5


def test_a_definition_is_the_first_line_of_the_formula_unless_another_is_given():
    assert Reading("half", "share", "ratio", half).definition == "Half of what there is"
    assert Reading("half", "share", "ratio", half, definition="One of two").definition == "One of two"


def test_a_month_has_the_unit_of_the_year_but_for_flows():
    units = month_units()
    assert tuple(units) == COLUMNS
    assert units["trading_without_repo"] == "trn yuan per month"
    assert units["insurance_premium"] == "index points per month, sum of 2020 = 100"
    assert units["foreign_bond_holdings"] == "trn yuan"


def test_the_record_looks_back_over_a_year_that_ends_with_the_month_being_read():
    record = Record(months=[{"x": float(month)} for month in range(20)], now={"x": 99.0})
    assert record.over_year("x") == [*range(9, 20), 99.0]
    assert (record.before("x", 1), record.before("x", 12), record.before("x", 20)) == (19.0, 8.0, 0.0)
    assert record.before("x", 21) == 0.0


@pytest.mark.parametrize("months", [0, 1, 11])
def test_a_young_record_looks_back_to_its_first_month(months):
    record = Record(months=[{"x": 1.0}] * months, now={"x": 2.0})
    assert record.over_year("x") == [1.0] * months + [2.0]
    assert record.before("x", 12) == 0.0
