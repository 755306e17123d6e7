"""Keyed random numbers: every agent has its own luck, whatever the others do.

A draw is a pure function of (seed, stream name, agent key, month, draw index). It is SplitMix64 [1]_ evaluated at
position ``agent key`` of the sequence whose seed is a hash of the rest, so nothing is consumed: another agent, another
draw, another order of agents or another policy leaves every other draw as it was.

References
----------
.. [1] Steele, Lea and Flood (2014), Fast splittable pseudorandom number generators, OOPSLA,
   doi:10.1145/2660193.2660195.
"""

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

type Keys = NDArray[np.uint64]
type Floats = NDArray[np.float64]
type Counts = NDArray[np.int64]

_MASK = (1 << 64) - 1
_GAMMA = 0x9E3779B97F4A7C15  # SplitMix64's increment: odd, so that multiplying by it is one-to-one
_MIX_1 = 0xBF58476D1CE4E5B9
_MIX_2 = 0x94D049BB133111EB
_DRAW_STEP = 0xD1342543DE82EF95  # odd; keeps (month, draw index) apart from (agent key)
_MODEL_WIDE = 0xA0761D6478BD642F  # the key of draws that belong to no agent
_CHUNK = 16_384  # agents at a time, so that the working arrays stay in the processor's cache


def _mixed(value: int) -> int:
    """Return SplitMix64's bijection of one 64-bit integer."""
    value &= _MASK
    value = ((value ^ (value >> 30)) * _MIX_1) & _MASK
    value = ((value ^ (value >> 27)) * _MIX_2) & _MASK
    return value ^ (value >> 31)


def _mix_in_place(values: Keys, scratch: Keys) -> None:
    """Apply the bijection of `_mixed` to every element."""
    np.right_shift(values, 30, out=scratch)
    np.bitwise_xor(values, scratch, out=values)
    np.multiply(values, np.uint64(_MIX_1), out=values)
    np.right_shift(values, 27, out=scratch)
    np.bitwise_xor(values, scratch, out=values)
    np.multiply(values, np.uint64(_MIX_2), out=values)
    np.right_shift(values, 31, out=scratch)
    np.bitwise_xor(values, scratch, out=values)


def _hashed(text: str) -> int:
    """Return 64 bits of a text that are the same in every process (unlike `hash`)."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


@lru_cache(maxsize=4096)
def _stream_key(seed: int, name: str) -> int:
    return _hashed(f"{seed}:{name}")


def agent_key(birth_month: ArrayLike, ordinal: ArrayLike, kind: int | str | ArrayLike) -> Keys:
    """Return the keys that give agents their luck.

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
        so that months of history can have other luck than the months that are simulated from them.

    Raises
    ------
    TypeError, ValueError
        If the seed is not an integer, or negative.
    """

    def __init__(self, seed: int) -> None:
        self._names: set[str] = set()
        self.seed = seed

    @property
    def seed(self) -> int:
        """The seed of the next draws."""
        return self._seed

    @seed.setter
    def seed(self, seed: int) -> None:
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
            raise TypeError(f"a seed is an integer from 0 on, not {seed!r}")
        if seed < 0:
            raise ValueError(f"a seed is an integer from 0 on, not {seed}")
        self._seed = int(seed)

    def stream(self, name: str) -> "Stream":
        """Register a decision that draws random numbers, and return its stream.

        Raises
        ------
        ValueError
            If the name is taken: two decisions on one stream would share their luck.
        """
        if name in self._names:
            raise ValueError(f"the stream {name!r} is already registered; every decision needs a name of its own")
        self._names.add(name)
        return Stream(self, name)

    def __repr__(self) -> str:
        return f"Draws(seed={self._seed}, streams={sorted(self._names)})"


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
        if keys.dtype != np.uint64 or keys.ndim != 1:
            raise TypeError(f"agent keys are a uint64 array (n,), not {keys.dtype} {keys.shape}")
        offsets = self._offsets(month, 1 if count is None else count)
        out = np.empty((len(offsets), len(keys)))
        if len(keys) * len(offsets) <= _CHUNK:
            _fill_uniform(out, keys * np.uint64(_GAMMA), offsets[:, None])
        else:
            for start in range(0, len(keys), _CHUNK):
                positions = keys[start : start + _CHUNK] * np.uint64(_GAMMA)
                for index, offset in enumerate(offsets):
                    _fill_uniform(out[index, start : start + _CHUNK], positions, offset)
        return out[0] if count is None else out

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
        return -np.log(-np.log(self.uniform(keys, month, count)))

    def laplace(self, keys: Keys, month: int, count: int | None = None) -> Floats:
        """Return Laplace numbers of mean 0 and variance 1 (scale 1/sqrt(2)); arguments as for `uniform`."""
        centred = self.uniform(keys, month, count) - 0.5
        return np.asarray(-np.sqrt(0.5) * np.sign(centred) * np.log1p(-2.0 * np.abs(centred)), dtype=np.float64)

    def scalar(self, month: int, index: int = 0) -> float:
        """Return one uniform number in (0, 1) that belongs to the whole model."""
        return float(self._model_wide(month, index + 1)[index])

    def normals(self, month: int, count: int) -> Floats:
        """Return standard normal numbers (count,) of the whole model; the first ones don't depend on count."""
        return _normal(self._model_wide(month, count))

    def _model_wide(self, month: int, count: int) -> Floats:
        return self.uniform(np.array([_MODEL_WIDE], dtype=np.uint64), month, count)[:, 0]

    def _offsets(self, month: int, count: int) -> Keys:
        """Return the SplitMix64 seed of each draw index (count,): a hash of seed, stream, month and index."""
        base = _mixed(_stream_key(self.draws.seed, self.name) + int(month) * _GAMMA)
        # Counts are small: integers of Python are faster here than passes over a short array.
        return np.array([_mixed(base + index * _DRAW_STEP) for index in range(count)], dtype=np.uint64)

    def __repr__(self) -> str:
        return f"Stream({self.name!r}, seed={self.draws.seed})"


def _fill_uniform(out: Floats, positions: Keys, offset: Keys | np.uint64) -> None:
    state = np.asarray(positions + offset)
    _mix_in_place(state, np.empty_like(state))
    # 52 bits and half a step: exact in float64, never 0 and never 1.
    np.right_shift(state, 12, out=state)
    np.multiply(state, 2.0**-52, out=out)
    np.add(out, 2.0**-53, out=out)


def _normal(uniform: Floats) -> Floats:
    return np.asarray(special.ndtri(uniform), dtype=np.float64)


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
    means, uniforms = np.broadcast_arrays(np.asarray(mean, dtype=np.float64), _checked_uniform(uniform))
    if not np.all(np.isfinite(means) & (means >= 0)):
        raise ValueError("the mean of a Poisson count must be finite and not negative")
    positive = np.where(means > 0, means, 1.0)
    # The analytic inverse is good to about ten digits; the loops below make it exact.
    counts = np.ceil(np.nan_to_num(special.pdtrik(uniforms, positive), nan=0.0)).clip(min=0)
    while np.any(low := special.pdtr(counts, positive) < uniforms):
        counts = counts + low
    while np.any(high := (counts > 0) & (special.pdtr(np.maximum(counts - 1, 0), positive) >= uniforms)):
        counts = counts - high
    return np.where(means > 0, counts, 0).astype(np.int64)


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
    trials, chances, uniforms = np.broadcast_arrays(
        np.asarray(n), np.asarray(p, dtype=np.float64), _checked_uniform(uniform)
    )
    if np.any(trials < 0) or np.any(trials != np.floor(trials)):
        raise ValueError("the number of trials must be a whole number from 0 on")
    if not np.all((chances >= 0) & (chances <= 1)):
        raise ValueError("a probability must lie in 0..1")
    trials = trials.astype(np.int64)
    usable = (trials > 0) & (chances > 0) & (chances < 1)
    size = np.where(usable, trials, 1)
    chance = np.where(usable, chances, 0.5)
    start = np.nan_to_num(special.bdtrik(uniforms, size.astype(np.float64), chance), nan=0.0)
    counts = np.clip(np.ceil(start), 0, size).astype(np.int64)
    while np.any(low := (counts < size) & (_binomial_cdf(counts, size, chance) < uniforms)):
        counts = counts + low
    while np.any(high := (counts > 0) & (_binomial_cdf(np.maximum(counts - 1, 0), size, chance) >= uniforms)):
        counts = counts - high
    return np.where(usable, counts, np.where(chances >= 1, trials, 0)).astype(np.int64)


def _binomial_cdf(counts: Counts, trials: Counts, chance: Floats) -> Floats:
    return np.asarray(special.bdtr(counts.astype(np.float64), trials, chance), dtype=np.float64)


def _checked_uniform(uniform: ArrayLike) -> Floats:
    values = np.asarray(uniform, dtype=np.float64)
    if not np.all((values > 0) & (values < 1)):
        raise ValueError("uniform numbers must lie between 0 and 1, both excluded")
    return values
