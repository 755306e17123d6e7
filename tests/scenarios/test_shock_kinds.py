"""Kinds of shocks: complete, with sizes inside their range, and with the basis of every number."""

import pytest

from scenarios import Scenario, shock_kinds
from scenarios.calendar import PLAN_END, PLAN_START, is_month, month_ordinal
from scenarios.parameters import ParameterSet
from scenarios.shocks import PROFILES

KINDS = list(shock_kinds().values())
CENTRAL = ParameterSet.prior_2020().central()
STATUSES = ("observed", "estimated", "literature", "judgement")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
class TestEachKind:
    def test_its_own_size_is_allowed_and_does_something(self, kind):
        neutral = 1.0 if kind.form == "factor" else 0.0
        assert kind.low <= kind.size <= kind.high
        assert kind.low <= neutral <= kind.high
        assert kind.size != neutral

    def test_a_factor_is_never_negative_and_holds(self, kind):
        if kind.form == "factor":
            assert kind.low >= 0.0
            assert kind.profile == "hold"

    def test_its_own_months_lie_in_the_plan(self, kind):
        first, last = kind.window
        assert is_month(kind.start)
        assert PLAN_START <= first <= last <= PLAN_END
        assert month_ordinal(last) - month_ordinal(first) + 1 == kind.months

    def test_every_number_names_its_status_and_confidence(self, kind):
        for text in (kind.basis.size, kind.basis.range, kind.basis.time):
            assert text.startswith(STATUSES)
            assert "confidence" in text or "estimated" in text

    def test_it_fades_in_one_way_and_by_a_parameter_that_exists(self, kind):
        ways = [way for way in (kind.persistence, kind.half_life, kind.half_life_months) if way]
        # A geopolitical event is a single addition; the tension it adds to fades by itself.
        assert len(ways) == (kind.profile == "fade" or kind.name == "geopolitical_event")
        assert kind.profile in PROFILES
        for parameter in (kind.persistence, kind.half_life):
            assert not parameter or getattr(CENTRAL, parameter) > 0.0

    def test_the_rule_it_enters_exists(self, kind):
        from importlib import import_module

        module, _, function = kind.rule.partition(":")
        assert callable(getattr(import_module(module), function))


def test_a_shock_takes_from_its_kind_what_is_not_said():
    said = Scenario(name="a", shocks=[{"name": "us_yield", "month": "2023-05", "size": 2}, {"name": "equity"}]).shocks
    assert said[0].resolved() == {"name": "us_yield", "from": "2023-05", "to": "2023-05", "size": 2.0, "unit": "pp"}
    own = shock_kinds()["equity"]
    assert said[1].resolved()["size"] == own.size
    assert said[1].window == own.window


def test_more_shocks_are_added_after_those_that_are_there():
    one = Scenario(name="a", shocks=[{"name": "us_yield"}])
    two = one.with_shocks([{"name": "equity", "month": "2022-01"}])
    assert [each.name for each in two.shocks] == ["us_yield", "equity"]
    assert two.content_hash() != one.content_hash()
    assert two == Scenario(**two.plain())
