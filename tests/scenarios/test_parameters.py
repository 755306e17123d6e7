import ast
import csv
import math
import pickle
import re
import subprocess
import sys
from copy import deepcopy
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import agents
import calibration
import scenarios
import sim
from scenarios import InputError, ParameterSet, plan, shock_kinds
from scenarios.calendar import is_month
from scenarios.distributions import Dirichlet, Fixed, Triangular, Uniform, Vector, parse_distribution
from scenarios.parameters import COLUMNS, parameter_table, unused_parameters

TABLE = parameter_table()
PRIOR = ParameterSet.prior_2020()
CENTRAL = PRIOR.central()
SCALARS = [
    "N(1,2)",
    "LN(9,0.3)",
    "TN(0.8,0.1,0.5,1)",
    "U(-1,3)",
    "B(17,3)",
    "TRI(-2,-1,0.5)",
    "TRI(0,0,1)",
    "TRI(0,1,1)",
]
PROBABILITY = st.floats(1e-12, 1 - 1e-12)


def parts(value):
    return value if isinstance(value, tuple) else (value,)


# --- distributions


@pytest.mark.parametrize(
    ("text", "u", "value"),
    [
        ("N(1,2)", 0.975, 1 + 2 * 1.959964),
        ("LN(9,0.3)", 0.025, 4.999),
        ("LN(9,0.3)", 0.5, 9.0),
        ("TN(0.8,0.1,0.5,1)", 0.5, 0.7973),
        ("TN(0.8,0.1,0.5,1)", 0.975, 0.9673),
        ("U(0,0.4)", 0.975, 0.39),
        ("B(17,3)", 0.5, 0.8617),
        ("B(17,3)", 0.025, 0.6686),
        ("TRI(0,1,3)", 1 / 3, 1.0),
        ("TRI(0,1,3)", 0.5, 3 - math.sqrt(3)),
    ],
)
def test_quantiles_agree_with_known_values(text, u, value):
    assert parse_distribution(text).quantile(u) == pytest.approx(value, rel=2e-4)


@pytest.mark.parametrize("text", SCALARS)
@given(low=PROBABILITY, high=PROBABILITY)
def test_quantiles_never_fall(text, low, high):
    low, high = sorted((low, high))
    distribution = parse_distribution(text)
    assert distribution.quantile(low) <= distribution.quantile(high)


@given(PROBABILITY)
def test_a_truncated_normal_stays_within_its_limits(u):
    assert 0.0 <= parse_distribution("TN(0.15,0.1,0,0.5)").quantile(u) <= 0.5


def test_centres_are_medians_modes_and_means():
    assert parse_distribution("LN(9,0.3)").central() == pytest.approx(9)
    assert parse_distribution("TRI(-2,-1,0.5)").central() == -1
    assert parse_distribution("Dir(2,1,1)").central() == (0.5, 0.25, 0.25)
    assert parse_distribution("Fixed(3)").central() == 3.0
    assert parse_distribution("Fixed(3;4)").central() == (3.0, 4.0)
    assert parse_distribution("LN(75,0.2) / N(1,2)").central() == pytest.approx((75, 1))


def test_vectors_take_a_probability_for_each_part_or_one_for_all():
    vector = parse_distribution("U(0,1) / U(0,2)")
    assert vector.quantile((0.25, 0.75)) == (0.25, 1.5)
    assert vector.quantile(0.5) == (0.5, 1.0)
    with pytest.raises(ValueError, match="2 probabilities"):
        vector.quantile((0.5, 0.5, 0.5))


@given(st.tuples(PROBABILITY, PROBABILITY, PROBABILITY))
def test_dirichlet_shares_add_to_one(u):
    assert sum(parse_distribution("Dir(7.6,5,2)").quantile(u)) == pytest.approx(1.0)


@pytest.mark.parametrize("u", [0.0, 1.0, -1.0, math.nan, 2.0])
def test_probabilities_lie_strictly_between_zero_and_one(u):
    with pytest.raises(ValueError, match="probabilities between 0 and 1"):
        parse_distribution("N(0,1)").quantile(u)


NO_DISTRIBUTION = """
solve | N(1) | N(1,2,3) | N(1,-2) | N(1,0) | LN(-1,1) | U(2,1) | B(0,1) | TN(0,1,2,1) | TRI(2,1,3) | X(1,2) | N(nan,1)
N(inf,1) | N(1;2) | Fixed() | Dir(1) | Dir(1,-1) | Dir(1,2) / N(0,1) | N(1,2) / | __import__('os') | N(1,2)N(1,2)
"""


@pytest.mark.parametrize(
    "text", ["", *(text.strip() for text in NO_DISTRIBUTION.replace("\n", "|").strip("|").split("|"))]
)
def test_what_is_no_distribution_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        parse_distribution(text)


# --- the table


def test_the_table_has_its_columns_and_no_parameter_twice():
    text = resources.files("scenarios").joinpath("data", "parameters.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines()))
    assert tuple(rows[0]) == COLUMNS
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert len({row.id for row in TABLE}) == len(TABLE) == len(rows) - 1


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.id)
def test_every_row_parses_and_says_where_it_comes_from(row):
    assert row.id.isidentifier()
    assert row.id.islower()
    assert row.agent and row.description and row.unit and row.source
    assert row.status in ("observed", "estimated", "literature", "judgement")
    assert 1 <= row.confidence <= 5
    assert row.role in ("fixed", "sensitivity", "calibrated", "estimated", "solved", "unused")
    assert is_month(row.evidence_to)
    parse_distribution(row.distribution)
    assert type(row.prior_2020) in (Fixed, Dirichlet, Vector) or row.prior_2020.size == 1


FITTED_OVER_LATER_CENTRES = {
    "spread_semi_elasticity_real_money",
    "spread_semi_elasticity_benchmarked",
    "panda_hazard",
    "panda_pool",
}
"""Searched parameters whose prior of 2020 keeps the centre of later evidence until the next fit."""
SIGN_IS_HINDSIGHT = {"geopolitical_jump_west", "platform_crackdown"}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.id)
def test_evidence_after_2020_is_marked_and_its_centre_is_not_used(row):
    assert row.hindsight == (row.evidence_to > "2020-12") == bool(row.distribution_prior_2020)
    published = parse_distribution(row.distribution)
    if not row.hindsight or isinstance(published, Fixed):
        assert row.prior_2020 == published
    elif row.id in FITTED_OVER_LATER_CENTRES:
        assert row.role in ("calibrated", "estimated")
        assert row.prior_2020.central() == published.central()
    elif row.id in SIGN_IS_HINDSIGHT:
        assert row.prior_2020.central() == 0.0
    else:
        before, _, later = row.source.partition("; the hindsight prior ")
        assert before.startswith("a modeller at end-2020: ") and later, row.id
        # A flat prior says so; any other has a basis of its own, which need not differ in its centre.
        assert ("flat" in before) == isinstance(row.prior_2020, Uniform), row.id
        assert row.prior_2020 != published


def test_a_prior_of_2020_cites_no_year_after_2020():
    for row in TABLE:
        if row.hindsight and row.source.startswith("a modeller"):
            before = row.source.partition("; the hindsight prior ")[0]
            assert not re.search(r"20(2[1-9]|[3-9][0-9])", before.replace("adds by 2025", "")), row.id


def names_in_code(*packages):
    """Attributes and texts of the source of some packages, and what kinds of shocks name."""
    found = {name for kind in shock_kinds().values() for name in (kind.persistence, kind.half_life)}
    for package in packages:
        for path in Path(package.__file__).parent.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute):
                    found.add(node.attr)
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
    return found


def test_a_parameter_enters_a_rule_unless_its_role_says_that_it_enters_none():
    unread = {row.id for row in TABLE} - names_in_code(agents, calibration, scenarios, sim)
    assert unread == unused_parameters()


def test_every_parameter_without_a_rule_has_its_reason():
    text = resources.files("scenarios").joinpath("data", "README.md").read_text(encoding="utf-8")
    table = text.split("Kept without a rule")[1].split("\n\n")[1]
    reasons = dict(line.strip("| ").split(" | ") for line in table.splitlines()[2:])
    assert set(reasons) == unused_parameters()
    assert all(reasons.values())


def test_fixed_values_known_only_later_are_few_and_known():
    later = {row.id for row in TABLE if row.hindsight and isinstance(row.prior_2020, Fixed)}
    assert later == {"queue_star", "wgbi_china_weight"}


@pytest.mark.parametrize("name", ["geopolitical_jump_west", "platform_crackdown"])
def test_shocks_nobody_foresaw_have_no_sign_in_the_prior_of_2020(name):
    assert CENTRAL[name] == 0.0


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.id)
def test_central_values_lie_inside_the_95_percent_range(row):
    low, high = (parts(row.prior_2020.quantile(u)) for u in (0.025, 0.975))
    for value, least, most in zip(parts(CENTRAL[row.id]), low, high, strict=True):
        assert math.isfinite(value)
        assert isinstance(row.prior_2020, Dirichlet) or least <= value <= most


def test_policy_delivery_has_its_parameters():
    assert CENTRAL.delivery_slippage_months == 0.0
    assert CENTRAL.effect_lag_scale == 1.0
    assert CENTRAL.municipal_fidelity == pytest.approx(0.86, abs=0.01)
    assert 0.0 < CENTRAL.complement_strength < 0.5
    retired = {"policy_effect", "execution_rate", "policy_lag"}
    assert not retired & {row.code_name for row in TABLE}


# --- sets and values


def test_every_effect_of_every_lever_has_a_triangular_beta():
    pairs = {(lever.id, effect.channel): effect for lever in plan.levers() for effect in lever.effects}
    assert PRIOR.betas.keys() == pairs.keys()
    assert CENTRAL.betas == {pair: effect.beta for pair, effect in pairs.items()}
    for pair, beta in PRIOR.draw(5).betas.items():
        assert pairs[pair].beta_min <= beta <= pairs[pair].beta_max


def test_a_draw_is_decided_by_its_seed():
    assert PRIOR.draw(3) == PRIOR.draw(3)
    assert PRIOR.draw(3).hash == PRIOR.draw(3).hash != PRIOR.draw(4).hash


def test_one_more_parameter_changes_no_others_draw():
    more = {"a_new_one": parse_distribution("N(0,1)"), **PRIOR.parameters}
    betas = {("reits_pilot", "operating_cost"): Triangular(0, 1, 2), **PRIOR.betas}
    fewer, larger = PRIOR.draw(7), ParameterSet("larger", more, betas).draw(7)
    assert {name: larger[name] for name in fewer} == dict(fewer)
    assert {pair: larger.betas[pair] for pair in fewer.betas} == fewer.betas


def test_draws_follow_their_distribution():
    sample = sorted(PRIOR.draw(seed).foreign_entry_rate for seed in range(400))
    assert sum(value < PRIOR.parameters["foreign_entry_rate"].central() for value in sample) == pytest.approx(
        200, abs=40
    )
    low, high = (PRIOR.parameters["foreign_entry_rate"].quantile(u) for u in (0.05, 0.95))
    assert sum(low < value < high for value in sample) == pytest.approx(360, abs=24)


def test_draws_of_two_parameters_are_unrelated():
    draws = [PRIOR.draw(seed) for seed in range(300)]
    pairs = [(draw.vix_threshold > CENTRAL.vix_threshold, draw.home_bias > CENTRAL.home_bias) for draw in draws]
    assert sum(a == b for a, b in pairs) == pytest.approx(150, abs=40)


def test_fixed_parameters_are_the_same_in_every_draw():
    assert PRIOR.draw(1).entry_factor_2020 == PRIOR.draw(2).entry_factor_2020 == 0.55
    assert PRIOR.draw(1).queue_star == CENTRAL.queue_star


def test_values_read_as_attributes_and_as_a_mapping():
    assert CENTRAL.peer_bound == CENTRAL["peer_bound"] == 1.5
    assert len(CENTRAL.credit_spread) == 3
    assert set(CENTRAL) == {row.id for row in TABLE}
    assert "peer_bound" in dir(CENTRAL)


def test_an_unknown_parameter_names_the_nearest():
    with pytest.raises(AttributeError, match="did you mean 'peer_bound'"):
        _ = CENTRAL.peer_bond
    with pytest.raises(AttributeError, match="did you mean 'capital_adequacy_2020'"):
        _ = CENTRAL.car0
    assert not hasattr(CENTRAL, "_nothing")


def test_replacing_a_value_gives_other_parameters_and_another_hash():
    changed = CENTRAL.replace(peer_bound=2, betas={("reits_pilot", "reits_eligible_assets"): 0})
    assert changed.peer_bound == 2.0
    assert changed.betas["reits_pilot", "reits_eligible_assets"] == 0.0
    assert (CENTRAL.peer_bound, CENTRAL.betas["reits_pilot", "reits_eligible_assets"]) == (1.5, 2.5)
    assert changed.hash != CENTRAL.hash
    assert CENTRAL.replace() == CENTRAL


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"peer_bond": 1.0}, "did you mean 'peer_bound'"),
        ({"peer_bound": math.nan}, "does not fit"),
        ({"peer_bound": True}, "does not fit"),
        ({"peer_bound": "1"}, "does not fit"),
        ({"peer_bound": (1.0, 2.0)}, "a finite number"),
        ({"credit_spread": 75.0}, "3 finite numbers"),
        ({"credit_spread": (1.0, 2.0)}, "3 finite numbers"),
        ({"betas": {("reits_pilot", "operating_cost"): 1.0}}, "no effect"),
        ({"betas": {("reits_pilot", "reits_eligible_assets"): math.inf}}, "is not a finite number"),
    ],
)
def test_a_replacement_that_does_not_fit_is_refused(changes, message):
    with pytest.raises(InputError) as caught:
        CENTRAL.replace(**changes)
    assert message in str(caught.value)


def test_parameters_can_be_copied_pickled_and_hashed():
    assert pickle.loads(pickle.dumps(CENTRAL)) == deepcopy(CENTRAL) == CENTRAL
    assert len({CENTRAL, deepcopy(CENTRAL), PRIOR.draw(1)}) == 2


# --- imports


def test_importing_the_package_loads_nothing_heavy():
    code = (
        "import sys, scenarios; print([name for name in ('numpy', 'pydantic', 'scipy', 'yaml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_public_name_raises():
    import scenarios

    with pytest.raises(AttributeError, match="has no attribute 'lode'"):
        _ = scenarios.lode
    assert all(getattr(scenarios, name) is not None for name in scenarios.__all__)


def test_the_values_of_a_run_cannot_be_changed_in_place():
    central = ParameterSet.prior_2020().central()
    for name in ("peer_bound", "betas", "not_a_parameter"):
        with pytest.raises(AttributeError, match="replace"):
            setattr(central, name, 0.5)
    assert central == ParameterSet.prior_2020().central()
