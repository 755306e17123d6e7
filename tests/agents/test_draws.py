import copy
import itertools
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from agents.draws import Draws, agent_key, binomial, poisson

MONTH = 2021 * 12
SEED = 7
KEYS = agent_key(MONTH - 12, np.arange(20_000), "Issuer")
FEW = KEYS[:200]
KINDS = ["uniform", "normal", "exponential", "gumbel", "laplace"]


def stream(name="issuer.choice", seed=SEED):
    return Draws(seed).stream(name)


# What an agent's draws depend on


@pytest.mark.parametrize("kind", KINDS)
def test_one_more_agent_leaves_every_other_agents_draws_untouched(kind):
    draw = getattr(stream(), kind)
    alone = draw(FEW[1:], MONTH, count=3)
    np.testing.assert_array_equal(draw(FEW, MONTH, count=3)[:, 1:], alone)
    np.testing.assert_array_equal(draw(KEYS, MONTH, count=3)[:, 1:200], alone)


@pytest.mark.parametrize("kind", KINDS)
def test_one_extra_draw_leaves_every_other_draw_untouched(kind):
    draw = getattr(stream(), kind)
    for keys in (FEW, KEYS):
        nine = draw(keys, MONTH, count=9)
        assert nine.shape == (9, len(keys))
        np.testing.assert_array_equal(draw(keys, MONTH, count=10)[:9], nine)
        np.testing.assert_array_equal(draw(keys, MONTH), nine[0])


@pytest.mark.parametrize("kind", KINDS)
def test_the_order_of_agents_does_not_matter(kind):
    draw = getattr(stream(), kind)
    order = np.random.default_rng(1).permutation(len(KEYS))
    np.testing.assert_array_equal(draw(KEYS[order], MONTH, count=2), draw(KEYS, MONTH, count=2)[:, order])


def test_drawing_in_another_order_or_more_often_changes_nothing():
    draws, again = Draws(SEED), Draws(SEED)
    first, second = draws.stream("a"), draws.stream("b")
    second_again = again.stream("b")
    later, earlier = second_again.uniform(FEW, MONTH + 1), second_again.uniform(FEW, MONTH)
    for _ in range(3):
        first.normal(FEW, MONTH)
    np.testing.assert_array_equal(second.uniform(FEW, MONTH), earlier)
    np.testing.assert_array_equal(second.uniform(FEW, MONTH + 1), later)


def test_month_stream_seed_and_agent_each_give_other_numbers():
    reference = stream().uniform(FEW, MONTH)
    for other in (
        stream().uniform(FEW, MONTH + 1),
        stream("issuer.growth").uniform(FEW, MONTH),
        stream(seed=SEED + 1).uniform(FEW, MONTH),
        stream().uniform(KEYS[200:400], MONTH),
        stream().uniform(agent_key(MONTH - 12, np.arange(200), "Investor"), MONTH),
        stream().uniform(agent_key(MONTH - 11, np.arange(200), "Issuer"), MONTH),
    ):
        assert not np.any(other == reference)


@pytest.mark.parametrize("twin_of", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_a_branch_keeps_its_draws(twin_of):
    draws = Draws(SEED)
    growth = draws.stream("firm.growth")
    growth.uniform(FEW, MONTH)
    twin_draws, twin_growth = twin_of((draws, growth))
    np.testing.assert_array_equal(twin_growth.normal(FEW, MONTH + 5), growth.normal(FEW, MONTH + 5))
    with pytest.raises(ValueError, match="already registered"):
        twin_draws.stream("firm.growth")
    twin_draws.seed = 8
    assert draws.seed == SEED
    np.testing.assert_array_equal(twin_growth.uniform(FEW, MONTH), stream("firm.growth", 8).uniform(FEW, MONTH))


def test_the_seed_can_change_between_months_of_history_and_the_simulated_ones():
    draws = Draws(1)
    entry = draws.stream("firm.entry")
    history = entry.uniform(FEW, MONTH)
    draws.seed = 2
    future = entry.uniform(FEW, MONTH + 1)
    np.testing.assert_array_equal(history, stream("firm.entry", 1).uniform(FEW, MONTH))
    np.testing.assert_array_equal(future, stream("firm.entry", 2).uniform(FEW, MONTH + 1))


def test_draws_are_the_same_to_the_bit_in_every_process():
    program = (
        "import numpy as np; from agents.draws import *\n"
        "s = Draws(7).stream('issuer.choice'); k = agent_key(24240, np.arange(20000), 'Issuer')\n"
        "print(hash('x'), s.uniform(k, 24252, count=2).tobytes().hex(), s.scalar(3).hex(), s.normals(3, 2).tolist())"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True, text=True, check=True,
        ).stdout.split(" ", 1)
        for seed in ("1", "2")
    ]  # fmt: skip
    assert runs[0][0] != runs[1][0]
    assert runs[0][1] == runs[1][1]
    own = stream().uniform(agent_key(24240, np.arange(20_000), "Issuer"), 24252, count=2)
    assert own.tobytes().hex() == runs[0][1].split(" ", 1)[0]


def test_draws_do_not_change_between_versions():
    draws = Draws(7).stream("issuer.choice").uniform(agent_key(24240, np.arange(3), "Issuer"), 24252)
    assert draws.tolist() == [0.6031607277981658, 0.7956720038664388, 0.3725309772441058]


# What is refused


def test_two_decisions_cannot_share_a_stream():
    draws = Draws(SEED)
    draws.stream("issuer.choice")
    with pytest.raises(ValueError, match=r"'issuer\.choice' is already registered"):
        draws.stream("issuer.choice")
    Draws(SEED).stream("issuer.choice")


def test_a_seed_is_any_integer_from_zero_on():
    for seed in (0, 1, 2**64, 2**200, np.int64(3)):
        assert Draws(seed).seed == seed
    assert not np.any(stream(seed=1).uniform(FEW, MONTH) == stream(seed=1 + 2**64).uniform(FEW, MONTH))
    with pytest.raises(ValueError, match="from 0 on, not -1"):
        Draws(-1)
    for seed in (1.0, "1", True, None):
        with pytest.raises(TypeError, match="integer"):
            Draws(seed)


def test_keys_must_be_agent_keys():
    for keys in (np.arange(3), np.zeros((2, 2), dtype=np.uint64), [1, 2]):
        with pytest.raises(TypeError, match="uint64"):
            stream().uniform(keys, MONTH)


def test_no_agents_draw_nothing():
    assert stream().uniform(KEYS[:0], MONTH).shape == (0,)
    assert stream().normal(KEYS[:0], MONTH, count=4).shape == (4, 0)
    assert stream().uniform(FEW, MONTH, count=0).shape == (0, 200)


# Quality


def samples():
    """Uniforms that should be independent: neighbouring agents, months, draws, seeds, streams and raw keys."""
    raw = np.arange(20_000, dtype=np.uint64)
    return {
        "agents": stream().uniform(KEYS, MONTH),
        "raw keys": stream().uniform(raw, MONTH),
        "spaced keys": stream().uniform(raw << np.uint64(40), MONTH),
        "months": np.concatenate([stream().uniform(KEYS[:20], month) for month in range(1000)]),
        "draws": stream().uniform(KEYS[:20], MONTH, count=1000).T.ravel(),
        "seeds": np.concatenate([stream(seed=seed).uniform(KEYS[:20], MONTH) for seed in range(1000)]),
        "streams": np.concatenate([stream(f"s{name}").uniform(KEYS[:20], MONTH) for name in range(1000)]),
        "model-wide": np.concatenate([stdnorm_to_uniform(stream().normals(month, 20)) for month in range(1000)]),
        "birth months": stream().uniform(agent_key(np.arange(20_000), 0, "Issuer"), MONTH),
    }


def stdnorm_to_uniform(values):
    return stats.norm.cdf(values)


SAMPLES = samples()


@pytest.mark.parametrize("name", SAMPLES)
def test_draws_are_uniform(name):
    assert stats.kstest(SAMPLES[name], "uniform").pvalue > 1e-4


@pytest.mark.parametrize("name", SAMPLES)
def test_neighbours_are_not_correlated(name):
    values = SAMPLES[name] - 0.5
    for lag in (1, 2, 3, 7, 20, 100):
        correlation = np.mean(values[lag:] * values[:-lag]) * 12
        assert abs(correlation) < 4.5 / np.sqrt(len(values) - lag)
        squares = (values**2 - 1 / 12) * np.sqrt(180)
        assert abs(np.mean(squares[lag:] * squares[:-lag])) < 4.5 / np.sqrt(len(values) - lag)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "model-wide"])
def test_high_and_low_bits_are_fair(name):
    bits = (SAMPLES[name] * 2.0**52).astype(np.uint64)
    for shift in (44, 22, 0):
        counts = np.bincount(((bits >> np.uint64(shift)) & np.uint64(255)).astype(int), minlength=256)
        assert stats.chisquare(counts).pvalue > 1e-4


def test_pairs_fill_the_square_evenly():
    many = stream().uniform(KEYS, MONTH, count=4)
    months = np.stack([stream().uniform(KEYS, MONTH + later) for later in range(4)])
    seeds = np.stack([stream(seed=seed).uniform(KEYS, MONTH) for seed in range(4)])
    for block in (many, months, seeds):
        for first, second in itertools.combinations(block, 2):
            counts = np.bincount((first * 16).astype(int) * 16 + (second * 16).astype(int), minlength=256)
            assert stats.chisquare(counts).pvalue > 1e-5


def test_one_changed_bit_of_the_key_changes_half_of_the_result():
    before = (stream().uniform(KEYS, MONTH) * 2.0**52).astype(np.uint64)
    for bit in range(64):
        after = (stream().uniform(KEYS ^ np.uint64(1 << bit), MONTH) * 2.0**52).astype(np.uint64)
        assert 25 < np.mean(np.bitwise_count(before ^ after)) < 27


def test_draws_never_reach_zero_or_one():
    values = stream().uniform(KEYS, MONTH, count=50)
    assert 0 < values.min() < 1e-5 and 1 - 1e-5 < values.max() < 1
    assert np.isfinite(stream().gumbel(KEYS, MONTH, count=50)).all()
    assert np.isfinite(stream().laplace(KEYS, MONTH, count=50)).all()
    assert len(np.unique(values)) == values.size


@pytest.mark.parametrize(
    ("kind", "distribution"),
    [
        ("normal", stats.norm()),
        ("exponential", stats.expon()),
        ("gumbel", stats.gumbel_r()),
        ("laplace", stats.laplace(scale=np.sqrt(0.5))),
    ],
)
def test_distributions_have_their_shape_and_moments(kind, distribution):
    values = getattr(stream(), kind)(KEYS, MONTH, count=10).ravel()
    assert stats.kstest(values[:20_000], distribution.cdf).pvalue > 1e-4
    assert values.mean() == pytest.approx(distribution.mean(), abs=0.012)
    assert values.var() == pytest.approx(distribution.var(), rel=0.03)
    assert stats.skew(values) == pytest.approx(float(distribution.stats("s")), abs=0.12)
    uniform = stream().uniform(KEYS, MONTH, count=10).ravel()
    np.testing.assert_allclose(distribution.cdf(values), uniform, atol=1e-9)


def test_gumbel_shocks_choose_by_the_logits_shares():
    utility = np.array([0.0, 1.0, -0.5])
    chosen = np.argmax(utility[:, None] + stream().gumbel(KEYS, MONTH, count=3), axis=0)
    shares = np.bincount(chosen) / len(KEYS)
    np.testing.assert_allclose(shares, np.exp(utility) / np.exp(utility).sum(), atol=0.012)


def test_model_wide_draws_belong_to_month_and_index():
    macro = stream("macro")
    assert macro.normals(MONTH, 5)[:3].tolist() == macro.normals(MONTH, 3).tolist()
    np.testing.assert_allclose(stdnorm_to_uniform(macro.normals(MONTH, 3)), [macro.scalar(MONTH, i) for i in range(3)])
    assert len({macro.scalar(month, index) for month in range(30) for index in range(30)}) == 900


# Agent keys


def test_no_two_agents_share_a_key():
    months, ordinals, kinds = np.meshgrid(np.arange(60) + MONTH, np.arange(500), np.arange(6))
    keys = agent_key(months.ravel(), ordinals.ravel(), kinds.ravel())
    assert keys.dtype == np.uint64
    assert len(np.unique(keys)) == keys.size == 180_000
    assert not set(keys.tolist()) & set(agent_key(MONTH, np.arange(5000), "Issuer").tolist())


def test_keys_broadcast_and_do_not_depend_on_company():
    several = agent_key([MONTH, MONTH + 1], [0, 4], 3)
    assert several.tolist() == [agent_key(MONTH, 0, 3)[0], agent_key(MONTH + 1, 4, 3)[0]]
    assert agent_key(MONTH, 0, "Issuer").shape == (1,)


# Counts


@settings(max_examples=200, deadline=None)
@given(
    mean=st.floats(0, 3000) | st.floats(0, 3) | st.floats(0, 1e-6),
    more=st.floats(0, 500) | st.floats(0, 1e-6),
    uniform=st.floats(1e-12, 1 - 1e-12),
)
def test_a_poisson_count_never_falls_when_its_mean_rises(mean, more, uniform):
    low, high = poisson([mean, mean + more], uniform)
    assert low <= high
    assert low == 0 or stats.poisson.cdf(low - 1, mean) < uniform
    assert stats.poisson.cdf(low, mean) >= uniform


@settings(max_examples=200, deadline=None)
@given(
    n=st.integers(0, 2000), p=st.floats(0, 1), more=st.floats(0, 1), extra=st.integers(0, 50),
    uniform=st.floats(1e-9, 1 - 1e-9),
)  # fmt: skip
def test_a_binomial_count_never_falls_when_chance_or_trials_rise(n, p, more, extra, uniform):
    low, high, longer = binomial([n, n, n + extra], [p, min(p + more, 1), p], uniform)
    assert 0 <= low <= high <= n
    assert low <= longer
    assert low == n or stats.binom.cdf(low, n, p) >= uniform * (1 - 1e-9)


def test_counts_follow_their_distributions():
    uniform = stream().uniform(KEYS, MONTH)
    for mean in (0.3, 4.0, 40.0):
        counts = poisson(mean, uniform)
        assert counts.mean() == pytest.approx(mean, rel=0.03)
        assert counts.var() == pytest.approx(mean, rel=0.05)
        np.testing.assert_array_equal(counts, stats.poisson.ppf(uniform, mean))
    for n, p in ((10, 0.2), (400, 0.5)):
        counts = binomial(n, p, uniform)
        assert counts.mean() == pytest.approx(n * p, rel=0.03)
        np.testing.assert_array_equal(counts, stats.binom.ppf(uniform, n, p))
    assert poisson([0, 5], [0.999, 0.5]).tolist() == [0, 5]
    assert binomial([0, 7, 7], [0.5, 0, 1], [0.9, 0.9, 0.1]).tolist() == [0, 0, 7]
    assert poisson(2.0, 0.5).shape == ()


def test_counts_near_certainty_end():
    highest = 1.0 - 2.0**-53
    for mean in (1e-12, 0.3, 16.0, 17.0):
        assert poisson(mean, highest) >= stats.poisson.ppf(highest, mean) - 1
    for n, p in ((1, 1e-9), (5, 0.999), (2_000, 0.004)):
        assert n >= binomial(n, p, highest) >= stats.binom.ppf(highest, n, p) - 1


def test_some_draws_are_those_of_all():
    everything = stream().gumbel(KEYS, MONTH, count=4)
    wanted = stream().uniform(KEYS, MONTH + 1, count=4) < 0.3
    wanted[2] = False
    np.testing.assert_array_equal(stream().gumbel_where(wanted, KEYS, MONTH), np.where(wanted, everything, 0.0))


def test_a_small_change_of_rate_changes_few_births():
    uniform = stream().uniform(KEYS, MONTH)
    changed = poisson(5.0, uniform) != poisson(5.05, uniform)
    assert 0 < changed.mean() < 0.06


def test_impossible_rates_are_refused():
    for mean in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="mean of a Poisson"):
            poisson(mean, 0.5)
    for uniform in (0.0, 1.0, np.nan):
        with pytest.raises(ValueError, match="between 0 and 1"):
            poisson(1.0, uniform)
    for n, p, message in (
        (-1, 0.5, "trials"),
        (1.5, 0.5, "trials"),
        (3, 1.1, "probability"),
        (3, np.nan, "probability"),
    ):
        with pytest.raises(ValueError, match=message):
            binomial(n, p, 0.5)
