"""Keyed random numbers: an agent's draws are its own, whatever the other agents do.

A draw is a pure function of (seed, stream name, agent key, month, draw index). It is SplitMix64 [1]_ evaluated at
position ``agent key`` of the sequence whose seed is a hash of the rest, so nothing is consumed: another agent, another
draw, another order of agents or another policy leaves every other draw as it was.

References
----------
.. [1] Steele, Lea and Flood (2014), Fast splittable pseudorandom number generators, OOPSLA,
   doi:10.1145/2660193.2660195.
"""

import hashlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

type Keys = NDArray[np.uint64]
type Floats = NDArray[np.float64]
type Counts = NDArray[np.int64]
type Flags = NDArray[np.bool_]

_MASK = (1 << 64) - 1
_GAMMA = 0x9E3779B97F4A7C15  # SplitMix64's increment: odd, so that multiplying by it is one-to-one
_MIX_1 = 0xBF58476D1CE4E5B9
_MIX_2 = 0x94D049BB133111EB
_DRAW_STEP = 0xD1342543DE82EF95  # odd; keeps (month, draw index) apart from (agent key)
_MODEL_WIDE = 0xA0761D6478BD642F  # the key of draws that belong to no agent
_CHUNK = 16_384  # agents at a time, so that the working arrays stay in the processor's cache
# 52 bits and half a step: exact in float64, never 0 and never 1.
_STEP, _HALF_STEP = 2.0**-52, 2.0**-53
# A count of none is certain where the uniform number lies below this part of its chance, whatever the last digits.
_SURELY = 1.0 - 1e-9
# Up to this mean the chances of 0, 1, 2, ... are added up, which is quicker than to invert the distribution function.
_FEW = 16.0


def _constant(value: int) -> Keys:
    """A 64-bit integer as an array without dimensions: numpy is twice as quick with it as with an integer of Python."""
    return np.array(value, dtype=np.uint64)


_KEY_TYPE = np.dtype(np.uint64)
_GAMMA_ARRAY, _MIX_1_ARRAY, _MIX_2_ARRAY = _constant(_GAMMA), _constant(_MIX_1), _constant(_MIX_2)
_SHIFT_12, _SHIFT_27, _SHIFT_30, _SHIFT_31 = _constant(12), _constant(27), _constant(30), _constant(31)


def _mixed(value: int) -> int:
    """Return SplitMix64's bijection of one 64-bit integer."""
    value &= _MASK
    value = ((value ^ (value >> 30)) * _MIX_1) & _MASK
    value = ((value ^ (value >> 27)) * _MIX_2) & _MASK
    return value ^ (value >> 31)


def _mix_in_place(values: Keys, scratch: Keys) -> None:
    """Apply the bijection of `_mixed` to every element."""
    np.right_shift(values, _SHIFT_30, scratch)
    np.bitwise_xor(values, scratch, values)
    np.multiply(values, _MIX_1_ARRAY, values)
    np.right_shift(values, _SHIFT_27, scratch)
    np.bitwise_xor(values, scratch, values)
    np.multiply(values, _MIX_2_ARRAY, values)
    np.right_shift(values, _SHIFT_31, scratch)
    np.bitwise_xor(values, scratch, values)


def _hashed(text: str) -> int:
    """Return 64 bits of a text that are the same in every process (unlike `hash`)."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


@lru_cache(maxsize=4096)
def _stream_key(seed: int, name: str) -> int:
    return _hashed(f"{seed}:{name}")


@lru_cache(maxsize=4096)
def _base_of(seed: int, name: str, month: int) -> int:
    """What the draws of a stream in a month have in common: a hash of seed, stream and month."""
    return _mixed(_stream_key(seed, name) + month * _GAMMA)


def agent_key(birth_month: ArrayLike, ordinal: ArrayLike, kind: int | str | ArrayLike) -> Keys:
    """Return the keys of agents' random draws.

    Parameters
    ----------
    birth_month
        Month ordinal (year * 12 + month - 1) in which the agent entered, scalar or (n,).
    ordinal
        Its number among the agents of its kind that entered in that month, from 0, scalar or (n,).
    kind
        What sort of agent it is: a name or an integer code, scalar or (n,).

    Returns
    -------
    uint64 array of the broadcast shape, at least (1,); no two agents of one kind and month share a key.
    """
    code = _hashed(kind) if isinstance(kind, str) else kind
    if isinstance(code, int):
        code = code & _MASK
    months = np.asarray(birth_month).astype(np.int64).astype(np.uint64)
    ordinals = np.asarray(ordinal).astype(np.int64).astype(np.uint64)
    codes = np.atleast_1d(np.asarray(code)).astype(np.uint64)
    keys = np.atleast_1d(codes + np.atleast_1d(months) * np.uint64(_GAMMA))
    _mix_in_place(keys, np.empty_like(keys))
    keys = np.asarray(keys + np.atleast_1d(ordinals) * np.uint64(_GAMMA), dtype=np.uint64)
    _mix_in_place(keys, np.empty_like(keys))
    return keys


class Draws:
    """The random numbers of one model: a seed and the named streams drawn from it.

    Parameters
    ----------
    seed
        Any integer from 0 on. It may be set again during a run (`draws.seed = ...`): the streams read it at each draw,
        so that the months of history and those simulated from them can be drawn under different seeds.

    Raises
    ------
    TypeError, ValueError
        If the seed is not an integer, or negative.
    """

    def __init__(self, seed: int) -> None:
        self._streams: dict[str, Stream] = {}
        self.seed = seed

    @property
    def seed(self) -> int:
        """The seed of the next draws."""
        return self._seed

    @seed.setter
    def seed(self, seed: int) -> None:
        given: object = seed
        if isinstance(given, bool) or not isinstance(given, Integral):
            raise TypeError(f"a seed is an integer from 0 on, not {seed!r}")
        if seed < 0:
            raise ValueError(f"a seed is an integer from 0 on, not {seed}")
        self._seed = int(seed)

    def stream(self, name: str) -> "Stream":
        """Register a decision that draws random numbers, and return its stream.

        Raises
        ------
        ValueError
            If the name is taken: two decisions on one stream would draw the same numbers.
        """
        if name in self._streams:
            raise ValueError(f"the stream {name!r} is already registered; every decision needs a name of its own")
        self._streams[name] = Stream(self, name)
        return self._streams[name]

    def __getitem__(self, name: str) -> "Stream":
        """The stream of a registered decision; KeyError if none has this name."""
        return self._streams[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._streams)

    def __repr__(self) -> str:
        return f"Draws(seed={self._seed}, streams={sorted(self._streams)})"


class Stream:
    """The draws of one named decision; made by `Draws.stream`."""

    def __init__(self, draws: Draws, name: str) -> None:
        self.draws = draws
        self.name = name

    def uniform(self, keys: Keys, month: int, count: int | None = None) -> Floats:
        """Return uniform numbers in the open interval (0, 1).

        Parameters
        ----------
        keys
            Agent keys, uint64 (n,).
        month
            Month ordinal of the decision.
        count
            How many numbers each agent draws; draw i never depends on how many follow it.

        Returns
        -------
        Array (n,), or (count, n) if a count is given.
        """
        keys = np.asarray(keys)
        if keys.dtype != _KEY_TYPE or keys.ndim != 1:
            raise TypeError(f"agent keys are a uint64 array (n,), not {keys.dtype} {keys.shape}")
        agents = keys.size
        if count is None and agents <= _CHUNK:
            return self.uniform_of(keys, month, 0)
        offsets = np.array(self._offsets(month, 1 if count is None else count), dtype=np.uint64)
        out = np.empty((len(offsets), agents))
        if agents * len(offsets) <= _CHUNK:
            _fill_uniform(out, keys * _GAMMA_ARRAY + offsets[:, None])
        else:
            for start in range(0, agents, _CHUNK):
                positions = keys[start : start + _CHUNK] * _GAMMA_ARRAY
                for index, offset in enumerate(offsets):
                    _fill_uniform(out[index, start : start + _CHUNK], positions + offset)
        return out[0] if count is None else out

    def uniform_of(self, keys: Keys, month: int, index: int) -> Floats:
        """Return one draw of each agent, (n,): row `index` of `uniform` with a count, for these agents alone."""
        out = np.empty(len(keys))
        state = keys * _GAMMA_ARRAY
        state += np.array(_mixed(self._base(month) + index * _DRAW_STEP), dtype=np.uint64)
        _fill_uniform(out, state)
        return out

    def normal(self, keys: Keys, month: int, count: int | None = None) -> Floats:
        """Return standard normal numbers by inverse CDF, one uniform each; arguments as for `uniform`."""
        return _normal(self.uniform(keys, month, count))

    def exponential(self, keys: Keys, month: int, count: int | None = None) -> Floats:
        """Return exponential numbers of mean 1; arguments as for `uniform`."""
        return -np.log1p(-self.uniform(keys, month, count))

    def gumbel(self, keys: Keys, month: int, count: int | None = None) -> Floats:
        """Return standard Gumbel numbers (location 0, scale 1), a logit's taste shocks; arguments as for `uniform`.

        Adding them to the utilities of `count` choices and taking the largest draws from the logit's shares.
        """
        return _gumbel(self.uniform(keys, month, count))

    def gumbel_where(self, wanted: Flags, keys: Keys, month: int) -> Floats:
        """Return Gumbel numbers (count, n) of `gumbel` where they are wanted, flags (count, n), and 0 elsewhere.

        A draw is a function of its agent and index alone, so what is not read need not be drawn.
        """
        out, positions = np.zeros(wanted.shape), keys * _GAMMA_ARRAY
        for row, flags, offset in zip(out, wanted, self._offsets(month, len(wanted)), strict=True):
            at = flags.nonzero()[0]
            if len(at):
                state, uniform = positions.take(at), np.empty(len(at))
                state += np.array(offset, dtype=np.uint64)
                _fill_uniform(uniform, state)
                row[at] = _gumbel(uniform)
        return out

    def laplace(self, keys: Keys, month: int, count: int | None = None) -> Floats:
        """Return Laplace numbers of mean 0 and variance 1 (scale 1/sqrt(2)); arguments as for `uniform`."""
        centred = self.uniform(keys, month, count) - 0.5
        return np.asarray(-np.sqrt(0.5) * np.sign(centred) * np.log1p(-2.0 * np.abs(centred)), dtype=np.float64)

    def scalar(self, month: int, index: int = 0) -> float:
        """Return one uniform number in (0, 1) that belongs to the whole model."""
        return self._model_wide(month, index + 1)[index]

    def normals(self, month: int, count: int) -> Floats:
        """Return standard normal numbers (count,) of the whole model; the first ones don't depend on count."""
        return _normal(np.array(self._model_wide(month, count)))

    def _model_wide(self, month: int, count: int) -> list[float]:
        position = _MODEL_WIDE * _GAMMA
        return [(_mixed(position + offset) >> 12) * _STEP + _HALF_STEP for offset in self._offsets(month, count)]

    def _offsets(self, month: int, count: int) -> list[int]:
        """Return the SplitMix64 seed of each draw index (count,): a hash of seed, stream, month and index."""
        base = self._base(month)
        # Counts are small: integers of Python are faster here than passes over a short array.
        return [_mixed(base + index * _DRAW_STEP) for index in range(count)]

    def _base(self, month: int) -> int:
        return _base_of(self.draws._seed, self.name, int(month))

    def __repr__(self) -> str:
        return f"Stream({self.name!r}, seed={self.draws.seed})"


def _fill_uniform(out: Floats, state: Keys) -> None:
    """Set the uniform numbers of SplitMix64 states of the same shape; the states are spoilt."""
    _mix_in_place(state, out.view(_KEY_TYPE))  # the result is not there yet: its memory serves the mixing
    np.right_shift(state, _SHIFT_12, state)
    np.multiply(state, _STEP, out)
    np.add(out, _HALF_STEP, out)


def _normal(uniform: Floats) -> Floats:
    return np.asarray(special.ndtri(uniform), dtype=np.float64)


def _gumbel(uniform: Floats) -> Floats:
    return np.asarray(-np.log(-np.log(uniform)), dtype=np.float64)


def poisson(mean: ArrayLike, uniform: ArrayLike) -> Counts:
    """Return Poisson counts by inverse CDF: the smallest k with P(X <= k) >= uniform.

    For a given uniform the count never falls when the mean rises, so a small change of a birth rate changes few births.

    Parameters
    ----------
    mean
        Expected count from 0 on; broadcasts with `uniform`.
    uniform
        Numbers in (0, 1).

    Raises
    ------
    ValueError
        If a mean is negative or not finite, or a uniform lies outside (0, 1).
    """
    means, uniforms = np.asarray(mean, dtype=np.float64), _checked_uniform(uniform)
    if not ((means >= 0.0) & (means < np.inf)).all():
        raise ValueError("the mean of a Poisson count must be finite and not negative")
    if means.shape != uniforms.shape:
        means, uniforms = np.broadcast_arrays(means, uniforms)
    counts = np.zeros(means.shape, dtype=np.int64)
    # Most chances are small and most counts none, which the chance of none shows at a glance.
    some = uniforms > np.exp(-means) * _SURELY
    if some.any():
        counts[some] = _poisson_counts(means[some], uniforms[some])
    return counts


def _poisson_counts(means: Floats, uniforms: Floats) -> Counts:
    few = means <= _FEW
    if few.all():
        return _added_up(np.exp(-means), means, uniforms, _next_poisson)
    counts = np.empty(means.shape, dtype=np.int64)
    counts[few] = _added_up(np.exp(-means[few]), means[few], uniforms[few], _next_poisson)
    counts[~few] = _inverse_poisson(means[~few], uniforms[~few])
    return counts


def _next_poisson(means: Floats, count: int) -> Floats:
    """P(X = count) / P(X = count - 1)."""
    return means / count


def _added_up(chance: Floats, given: Floats, uniforms: Floats, ratio: Callable[[Floats, int], Floats]) -> Counts:
    """Smallest k at which the chances of 0 to k add up to the uniform number or more, each of shape (n,).

    `chance` is that of 0; `ratio(given, k)` is the chance of k over that of k - 1.
    """
    counts = np.zeros(chance.shape, dtype=np.int64)
    at = (chance < uniforms).nonzero()[0]
    chance, given, uniforms, reached = chance[at], given[..., at], uniforms[at], chance[at]
    count = 0
    while len(at):
        count += 1
        counts[at] = count
        chance = chance * ratio(given, count)
        following = reached + chance
        # Where rounding keeps the sum below the uniform number, it ends with the last chance that adds to it.
        on = ((following < uniforms) & (following > reached)).nonzero()[0]
        reached = following
        if len(on) < len(at):
            at, chance, uniforms, reached = at.take(on), chance.take(on), uniforms.take(on), reached.take(on)
            given = given.take(on, axis=-1)
    return counts


def _inverse_poisson(means: Floats, uniforms: Floats) -> Counts:
    # The analytic inverse is good to about ten digits; the loops below make it exact.
    counts = np.maximum(np.ceil(special.pdtrik(uniforms, means)), 0.0)
    while (low := special.pdtr(counts, means) < uniforms).any():
        counts = counts + low
    while (high := (counts > 0) & (special.pdtr(np.maximum(counts - 1, 0), means) >= uniforms)).any():
        counts = counts - high
    return counts.astype(np.int64)


def binomial(n: ArrayLike, p: ArrayLike, uniform: ArrayLike) -> Counts:
    """Return binomial counts by inverse CDF: the smallest k with P(X <= k) >= uniform.

    For a given uniform the count never falls when n or p rises.

    Parameters
    ----------
    n
        Number of trials, integer from 0 on.
    p
        Probability of success in 0..1.
    uniform
        Numbers in (0, 1).

    Raises
    ------
    ValueError
        If n is negative or not whole, p lies outside 0..1 or a uniform outside (0, 1).
    """
    trials, chances, uniforms = np.asarray(n), np.asarray(p, dtype=np.float64), _checked_uniform(uniform)
    if (trials < 0).any() or (trials.dtype.kind == "f" and (trials != np.floor(trials)).any()):
        raise ValueError("the number of trials must be a whole number from 0 on")
    if not ((chances >= 0) & (chances <= 1)).all():
        raise ValueError("a probability must lie in 0..1")
    trials = trials.astype(np.int64, copy=False)
    if not trials.shape == chances.shape == uniforms.shape:
        trials, chances, uniforms = np.broadcast_arrays(trials, chances, uniforms)
    counts = np.where(chances >= 1, trials, 0)
    some = (trials > 0) & (chances < 1) & (uniforms > (1.0 - chances) ** trials * _SURELY)
    if some.any():
        counts[some] = _binomial_counts(trials[some], chances[some], uniforms[some])
    return counts


def _binomial_counts(trials: Counts, chances: Floats, uniforms: Floats) -> Counts:
    few = trials * chances <= _FEW
    counts = np.empty(trials.shape, dtype=np.int64)
    n, p = trials[few].astype(np.float64), chances[few]
    counts[few] = _added_up((1.0 - p) ** n, np.stack([n, p / (1.0 - p)]), uniforms[few], _next_binomial)
    if not few.all():
        counts[~few] = _inverse_binomial(trials[~few], chances[~few], uniforms[~few])
    return counts


def _next_binomial(given: Floats, count: int) -> Floats:
    """P(X = count) / P(X = count - 1) for trials and odds, shape (2, n); 0 beyond the number of trials."""
    trials, odds = given
    return np.asarray((trials - (count - 1)) / count * odds, dtype=np.float64)


def _inverse_binomial(trials: Counts, chances: Floats, uniforms: Floats) -> Counts:
    start = np.nan_to_num(special.bdtrik(uniforms, trials.astype(np.float64), chances), nan=0.0)
    counts: Counts = np.clip(np.ceil(start), 0, trials).astype(np.int64)
    while (low := (counts < trials) & (_binomial_cdf(counts, trials, chances) < uniforms)).any():
        counts = counts + low
    while (high := (counts > 0) & (_binomial_cdf(np.maximum(counts - 1, 0), trials, chances) >= uniforms)).any():
        counts = counts - high
    return counts


def _binomial_cdf(counts: Counts, trials: Counts, chance: Floats) -> Floats:
    return np.asarray(special.bdtr(counts.astype(np.float64), trials, chance), dtype=np.float64)


def _checked_uniform(uniform: ArrayLike) -> Floats:
    values = np.asarray(uniform, dtype=np.float64)
    if not ((values > 0) & (values < 1)).all():
        raise ValueError("uniform numbers must lie between 0 and 1, both excluded")
    return values
