"""Former names say what replaced them."""

import importlib
import re

import pytest

from sim.closing.indicators import COLUMNS
from sim.moved import ATTRIBUTES, INDICATORS, MODULES, unknown_indicator


@pytest.mark.parametrize("former", MODULES)
def test_a_module_that_moved_names_its_new_place(former):
    with pytest.raises(ModuleNotFoundError, match=rf"^{re.escape(former)} moved: use {re.escape(MODULES[former])}$"):
        importlib.import_module(former)
    for place in re.findall(r"(?:sim|scenarios)\.[\w.]+", MODULES[former]):
        importlib.import_module(place)


def test_a_name_that_never_was_is_not_found_as_usual():
    with pytest.raises(ModuleNotFoundError, match=re.escape("No module named 'sim.nothing'")):
        importlib.import_module("sim.nothing")


@pytest.mark.parametrize("former", ATTRIBUTES)
def test_an_attribute_that_moved_names_its_new_place(january, former):
    with pytest.raises(AttributeError, match=re.escape(f"no attribute {former!r}; use {ATTRIBUTES[former]}")):
        getattr(january, former)
    place = ATTRIBUTES[former]
    if place.startswith("sim."):
        module, function = place.split("(")[0].rsplit(".", 1)
        assert callable(getattr(importlib.import_module(module), function))
        return
    found = january
    for kind, attribute in re.findall(r"state\((\w+)\)|(\w+)", place):
        if kind:
            found = next(state for key, state in january.states.items() if getattr(key, "__name__", "") == kind)
        else:
            found = getattr(found, attribute)


def test_a_field_of_a_state_is_found_by_its_name(january):
    with pytest.raises(AttributeError, match=re.escape("no attribute 'issued_bn'; use state(Issuance).issued_bn")):
        january.issued_bn  # noqa: B018
    with pytest.raises(AttributeError, match=r"no attribute 'nothing'$"):
        january.nothing  # noqa: B018


def test_the_former_name_of_a_column_leads_to_the_present_one(january):
    with pytest.raises(KeyError, match="did you mean 'draw_key'"):
        january.issuers["luck"]


@pytest.mark.parametrize("former", INDICATORS)
def test_an_indicator_that_was_renamed_names_its_new_name(former):
    assert former not in COLUMNS
    assert f"(use: {INDICATORS[former]})" in str(unknown_indicator(former, COLUMNS, "highest"))


def test_an_indicator_that_never_was_gets_the_nearest_name():
    assert "did you mean 'fintech_total'? (see: lujiazui indicators)" in str(
        unknown_indicator("fintech_totals", COLUMNS, "highest")
    )


@pytest.fixture(scope="module")
def january(centre):
    model = centre("plan", rng=1)
    model.step()
    return model
