"""Components of a lever, set one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.calendar import BASELINE, month_ordinal
from scenarios.errors import InputError
from scenarios.loader import load, parse_settings
from scenarios.plan import lever_ids, levers

LEVER = {lever.id: lever for lever in levers()}
PARTED = [lever for lever in levers() if lever.components]


def intensity(scenario, lever):
    return scenario.intensities(BASELINE, month_ordinal(scenario.end))[:, lever_ids().index(lever)]


def with_parts(lever, parts, base="committed"):
    return load(base).with_levers({lever: {"components": parts}})


def test_one_component_moves_the_lever_by_its_weight():
    lever = LEVER["derivatives_expansion"]
    part = next(each for each in lever.components if each.id == "fx_and_rmb")
    frozen = load("frozen")
    moved = intensity(with_parts(lever.id, {"fx_and_rmb": 0.85}, "frozen"), lever.id) - intensity(frozen, lever.id)
    assert moved[0] == 0.0
    assert moved[1:] == pytest.approx(part.weight * (0.85 - part.i2020))


def test_dates_ramps_and_pulses_hold_for_components_too():
    moved = intensity(
        with_parts("derivatives_expansion", {"fx_and_rmb": {"2023-01": 0.9}}, "frozen"), "derivatives_expansion"
    )
    turn = month_ordinal("2023-01") - BASELINE
    assert len(set(moved[:turn])) == 1 and len(set(moved[turn:])) == 1 and moved[turn] > moved[turn - 1]
    pulse = {"pulse": {"from": "2022-01", "to": "2022-06", "value": 1.0}}
    moved = intensity(with_parts("derivatives_expansion", {"fx_and_rmb": pulse}, "frozen"), "derivatives_expansion")
    assert np.flatnonzero(moved > moved[0]).tolist() == list(range(13, 19))


@pytest.mark.parametrize("lever", PARTED, ids=lambda lever: lever.id)
def test_all_components_at_their_2025_values_make_the_lever_of_the_plan(lever):
    parts = {each.id: each.i2025 for each in lever.components}
    assert intensity(with_parts(lever.id, parts, "frozen"), lever.id)[-1] == pytest.approx(
        lever.intensity_2025_plan, abs=4e-3
    )


@given(st.sampled_from(PARTED), st.floats(0.0, 1.0), st.sampled_from(["plan", "frozen", "stretch"]))
def test_a_lever_stays_within_bounds_and_follows_its_component(lever, value, base):
    part = lever.components[0].id
    low, high = (intensity(with_parts(lever.id, {part: each}, base), lever.id) for each in (value * 0.5, value))
    assert (low >= 0.0).all() and (high <= 1.0).all() and (low <= high + 1e-12).all()


def test_components_survive_a_file_and_come_from_settings():
    parts = {"fx_and_rmb": 0.8, "commodity_and_freight": {"2023-01": 0.9}}
    scenario = with_parts("derivatives_expansion", parts)
    assert scenario.plain()["levers"]["derivatives_expansion"] == {"components": {k: parts[k] for k in parts}}
    asked = parse_settings(
        [
            "derivatives_expansion.fx_and_rmb=0.8",
            "derivatives_expansion.commodity_and_freight=0.9@2023-01",
            "derivatives_expansion.commodity_and_freight=1@2024-01",
        ]
    )
    assert asked == {
        "derivatives_expansion": {
            "components": {"fx_and_rmb": 0.8, "commodity_and_freight": {"2023-01": 0.9, "2024-01": 1}}
        }
    }


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ({"components": {"fx_and_rm": 0.5}}, "did you mean 'fx_and_rmb'"),
        ({"components": {"fx_and_rmb": 1.5}}, "outside 0..1"),
        ({"components": {"fx_and_rmb": "plan"}}, "not a path of a component"),
        ({"components": {"fx_and_rmb": {"components": {"fx_and_rmb": 1}}}}, "not a path of a component"),
        ({"components": {}}, "is not a set of components"),
        ({"component": {"fx_and_rmb": 1}}, "did you mean 'components'"),
    ],
)
def test_a_bad_component_is_refused(path, message):
    with pytest.raises(InputError, match=message):
        load("plan").with_levers({"derivatives_expansion": path})


@pytest.mark.parametrize(
    "settings",
    [
        ["derivatives_expansion.fx_and_rmb=0.5", "derivatives_expansion.fx_and_rmb=0.8@2021-01"],
        ["derivatives_expansion.fx_and_rmb=0.5", "derivatives_expansion.fx_and_rmb=0.8"],
    ],
)
def test_settings_that_contradict_each_other_are_refused(settings):
    with pytest.raises(InputError, match="contradicts"):
        parse_settings(settings)


def test_a_former_component_sets_all_that_divide_it():
    old = with_parts("talent_programme", {"attraction_and_services": 0.9})
    new = with_parts("talent_programme", {"introduction": 0.9, "services_and_safeguards": 0.9})
    assert old == new
    mixed = with_parts("talent_programme", {"attraction_and_services": 0.9, "introduction": 0.5})
    assert mixed == with_parts("talent_programme", {"introduction": 0.5, "services_and_safeguards": 0.9})


@pytest.mark.parametrize("lever", PARTED, ids=lambda lever: lever.id)
def test_components_that_divide_a_former_one_have_its_intensities(lever):
    for former in {each.part_of for each in lever.components} - {""}:
        parts = [each for each in lever.components if each.part_of == former]
        assert len(parts) > 1
        assert len({(each.i2020, each.i2025) for each in parts}) == 1


def test_a_component_set_twice_is_where_it_was_set_last():
    path = {"switch": {"2022-01": {"components": {"fx_and_rmb": 0.8}}, "2023-01": {"components": {"fx_and_rmb": 0.9}}}}
    scenario = load("frozen").with_levers({"derivatives_expansion": path})
    last = intensity(scenario, "derivatives_expansion")[-1]
    once = intensity(with_parts("derivatives_expansion", {"fx_and_rmb": 0.9}, "frozen"), "derivatives_expansion")[-1]
    assert last == pytest.approx(once)


def test_departures_of_components_end_where_the_lever_is_set_as_a_whole():
    lever = LEVER["derivatives_expansion"]
    path = {"layers": [{"components": {"fx_and_rmb": 0.8}}, {"ramp": {"2022-12": "keep", "2023-12": 0.7}}]}
    scenario = load("frozen").with_levers({lever.id: path})
    before = sum(len(each.components) for each in levers()[: lever_ids().index(lever.id)])
    place = before + [each.id for each in lever.components].index("fx_and_rmb")
    departures = scenario.departures(BASELINE, month_ordinal("2025-12"))
    assert departures[24, place] == pytest.approx(0.45)
    assert (np.diff(departures[24:37, place]) < 0.0).all()
    assert departures[36:, place].tolist() == [0.0] * 25
    assert not np.delete(departures, place, axis=1).any()
