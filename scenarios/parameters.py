"""Parameters with their provenance, and the sets of values a run takes from them."""

from __future__ import annotations

import csv
import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib import resources
from statistics import median
from typing import TYPE_CHECKING, Any, Self

from scenarios.added.records import AddedParts, levers_of, parameters_of
from scenarios.distributions import Distribution, Triangular, Value, parse_distribution
from scenarios.errors import InputError, Problem, nearest_name, unknown
from scenarios.number_types import real_number
from scenarios.plan import Effect, Lever, Plan, levers
from scenarios.problem_texts import coded

if TYPE_CHECKING:
    from scenarios.own_parameters import OwnParameters

type BetaKey = tuple[str, str]

COLUMNS = (
    "id",
    "code_name",
    "agent",
    "description",
    "unit",
    "distribution",
    "distribution_prior_2020",
    "status",
    "confidence",
    "source",
    "evidence_to",
    "hindsight",
    "role",
)


@dataclass(frozen=True)
class Parameter:
    """One row of the parameter table.

    `evidence_to` is the last month its evidence describes, or a bound on it. Where that is after 2020-12, `hindsight`
    is true and `distribution_prior_2020` replaces `distribution` in the prior of 2020. `code_name` is the symbol's
    short name in the design documents. A parameter with the role `unused` enters no rule yet.
    """

    id: str
    code_name: str
    agent: str
    description: str
    unit: str
    distribution: str
    distribution_prior_2020: str
    status: str
    confidence: int
    source: str
    evidence_to: str
    hindsight: bool
    role: str

    @cached_property
    def prior_2020(self) -> Distribution:
        """The distribution that nothing observed after 2020 has narrowed."""
        return parse_distribution(self.distribution_prior_2020 or self.distribution)

    @cached_property
    def prior_hindsight(self) -> Distribution:
        """The distribution with observations after 2020."""
        return parse_distribution(self.distribution)


@cache
def parameter_table() -> tuple[Parameter, ...]:
    """Return the rows of the parameter table."""
    text = resources.files("scenarios").joinpath("data", "parameters.csv").read_text(encoding="utf-8")
    reader = csv.DictReader(text.splitlines())
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise ValueError(f"parameters.csv: the columns are not {', '.join(COLUMNS)}")
    rows = []
    for row in reader:
        kept: dict[str, Any] = {**row, "confidence": int(row["confidence"]), "hindsight": row["hindsight"] == "yes"}
        rows.append(Parameter(**kept))
    return tuple(rows)


@cache
def unused_parameters() -> frozenset[str]:
    """Return the names of the parameters that enter no rule."""
    return frozenset(row.id for row in parameter_table() if row.role == "unused")


class Parameters(Mapping[str, Value]):
    """The values one run takes, read as attributes: `parameters.peer_bound`.

    `betas` holds the effect of each lever on each channel, by (lever, channel). A parameter is a float, or a tuple
    of floats.
    """

    _values: dict[str, Value]
    betas: dict[BetaKey, float]

    def __init__(self, values: Mapping[str, Value], betas: Mapping[BetaKey, float]) -> None:
        # Rules read parameters some hundred times a month: plain attributes are fast.
        vars(self).update(values, _values=dict(values), betas=dict(betas))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(str(_unknown(name, self._values)))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{name}: the values of one run do not change; see `replace`")

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Parameters) and self._values == other._values and self.betas == other.betas

    def __hash__(self) -> int:
        return hash(self.hash)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._values]

    def __repr__(self) -> str:
        return f"<Parameters {self.hash}: {len(self._values)} values, {len(self.betas)} betas>"

    @cached_property
    def hash(self) -> str:
        """A hash of all values and betas."""
        return _digest([self._values, {f"{lever} {channel}": beta for (lever, channel), beta in self.betas.items()}])

    @cached_property
    def history_hash(self) -> str:
        """A hash of the values without the betas: the determinants of history, because no lever moves before 2021."""
        return _digest(self._values)

    def replace(self, *, betas: Mapping[BetaKey, float] | None = None, **changes: Value) -> Parameters:
        """Return the same parameters with other values for some.

        Raises
        ------
        InputError
            For an unknown name, a value that is not finite, or a number where several are needed.
        """
        problems: list[Problem] = []
        for name, value in changes.items():
            if name not in self._values:
                problems.append(_unknown(name, self._values))
            elif _shape(value) != _shape(self._values[name]):
                needed = _shape(self._values[name])
                allowed = (
                    coded("allowed.finite_number") if needed == 0 else coded("allowed.finite_numbers", count=needed)
                )
                problems.append(
                    Problem(
                        coded("parameter.does_not_fit", value=value),
                        key=f"parameters.{name}",
                        value=value,
                        allowed=allowed,
                    )
                )
        for pair, beta in (betas or {}).items():
            if pair not in self.betas:
                problems.append(
                    Problem(
                        coded("parameter.no_effect", pair=pair),
                        key="parameters.betas",
                        value=pair,
                        allowed=coded("allowed.lever_and_channel"),
                    )
                )
            elif _shape(beta) != 0:
                problems.append(
                    Problem(coded("value.not_finite", value=repr(beta)), key="parameters.betas", value=beta)
                )
        if problems:
            raise InputError(problems)
        values = {name: _plain(changes.get(name, value)) for name, value in self._values.items()}
        return Parameters(values, {**self.betas, **{pair: float(beta) for pair, beta in (betas or {}).items()}})

    def completed(self, usual: Parameters) -> Parameters:
        """Return the same parameters with those of `usual` that are not among them."""
        if self._values.keys() >= usual._values.keys() and self.betas.keys() >= usual.betas.keys():
            return self
        return Parameters({**usual._values, **self._values}, {**usual.betas, **self.betas})


def _digest(data: Any) -> str:
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


HINDSIGHT = "prior_hindsight"
PARAMETER_SETS = ("posterior_2020", "prior_2020", HINDSIGHT)
"""Names of the sets; the first is the default."""
REPLAY = "realised"
"""Macro path of a conditional replay, the one kind of run that may use observations after 2020."""


def checked_for_replay(name: str, macro: str) -> None:
    """Refuse priors with hindsight in a run that is no replay.

    Raises
    ------
    InputError
        If the set is that with hindsight and the macro path is not the realised one.
    """
    if name == HINDSIGHT and macro != REPLAY:
        raise InputError(
            coded("parameter.hindsight", set=HINDSIGHT),
            key="parameters",
            value=name,
            allowed=coded("allowed.hindsight", set=HINDSIGHT, macro=REPLAY, others=", ".join(PARAMETER_SETS[:2])),
        )


@dataclass(frozen=True)
class JointDraws:
    """Draws of several parameters together, one a row; `about` records their basis."""

    names: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]
    about: Mapping[str, Any]

    def without(self, name: str) -> JointDraws | None:
        """Return the draws without one of the parameters; None without any."""
        kept = [place for place, each in enumerate(self.names) if each != name]
        if not kept:
            return None
        rows = tuple(tuple(row[place] for place in kept) for row in self.rows)
        return JointDraws(tuple(self.names[place] for place in kept), rows, self.about)


@cache
def posterior_draws() -> JointDraws:
    """The shipped posterior of the parameters that were fitted to 2016-2020.

    Raises
    ------
    ValueError
        If the file names an unknown parameter or holds no finite numbers: it is part of the package and must be sound.
    """
    folder = resources.files("scenarios").joinpath("data")
    reader = csv.reader(folder.joinpath("posterior_2020.csv").read_text(encoding="utf-8").splitlines())
    names = tuple(next(reader))
    rows = tuple(tuple(float(value) for value in row) for row in reader)
    known = {row.id for row in parameter_table()}
    if not rows or not known.issuperset(names) or not all(math.isfinite(value) for row in rows for value in row):
        raise ValueError("posterior_2020.csv is not usable")
    return JointDraws(names, rows, json.loads(folder.joinpath("posterior_2020.json").read_text(encoding="utf-8")))


class ParameterSet:
    """A joint distribution of all parameters and betas.

    All are independent of one another but those of `joint`, which are drawn together.
    """

    def __init__(
        self,
        name: str,
        parameters: Mapping[str, Distribution],
        betas: Mapping[BetaKey, Distribution],
        joint: JointDraws | None = None,
        own: OwnParameters | None = None,
    ) -> None:
        self.name = name
        self.own = own
        self.parameters = dict(parameters)
        self.betas = dict(betas)
        self.joint = joint

    @classmethod
    def prior_2020(cls) -> Self:
        """Return the prior at the end of 2020."""
        return cls._prior("prior_2020", {row.id: row.prior_2020 for row in parameter_table()})

    @classmethod
    def prior_hindsight(cls) -> Self:
        """Return the prior of 2020 with the distributions that use later observations."""
        return cls._prior(HINDSIGHT, {row.id: row.prior_hindsight for row in parameter_table()})

    @classmethod
    def _prior(cls, name: str, parameters: Mapping[str, Distribution]) -> Self:
        return cls(name, parameters, _priors_of_effects(levers()))

    @classmethod
    def posterior_2020(cls) -> Self:
        """Return the prior of 2020 with the fitted parameters drawn together from the fit to 2016-2020."""
        prior = cls.prior_2020()
        return cls("posterior_2020", prior.parameters, prior.betas, posterior_draws())

    @property
    def rests_on(self) -> str:
        """Basis of the set, in one line."""
        if self.own is not None:
            rest = ParameterSet(self.name, {}, {}, posterior_draws() if self.name == PARAMETER_SETS[0] else None)
            return f"{self.own.rests_on}; all others as in the set: {rest.rests_on}"
        if self.name == HINDSIGHT:
            return "priors that use observations after 2020, for conditional replays alone: no forecast"
        if self.joint is None:
            return "priors of 2020 throughout, not fitted to data"
        about = self.joint.about
        runs = about["runs"] + about["runs_second_round"]
        return (
            f"{len(self.joint.names)} parameters fitted to 2016-2020 ({runs} runs of the model of {about['date']}), "
            f"which identify {len(about['identified'])} of them; all others, and the effects of levers, are priors"
        )

    def with_components(self, components: tuple[AddedParts, ...]) -> ParameterSet:
        """Return the set with the parameters of components of others and the effects of their levers."""
        added = {each.id: each.prior for each in parameters_of(components)}
        effects = _priors_of_effects(levers_of(components))
        return ParameterSet(self.name, {**self.parameters, **added}, {**self.betas, **effects}, self.joint)

    def with_plan(self, plan: Plan) -> ParameterSet:
        """Return the set with the effects of the levers of a plan of the user's own."""
        return ParameterSet(self.name, self.parameters, _priors_of_effects(plan.levers), self.joint)

    def with_own(self, own: OwnParameters) -> ParameterSet:
        """Return the set with the user's own parameters in place of its own, drawn together where a fit gives them."""
        parameters, betas, joint = dict(self.parameters), dict(self.betas), own.joint or self.joint
        for row in own.rows:
            if row.id in parameters:
                parameters[row.id] = row.prior
                joint = None if joint is None else joint.without(row.id)
            else:
                lever, _, channel = row.id.partition(".")
                betas[lever, channel] = row.prior
        return ParameterSet(self.name, parameters, betas, joint, own)

    def central(self) -> Parameters:
        """Return the central point: medians, and the modes of the betas."""
        values = {name: distribution.central() for name, distribution in self.parameters.items()}
        if self.joint is not None:
            for name, column in zip(self.joint.names, zip(*self.joint.rows, strict=True), strict=True):
                values[name] = median(column)
        betas = {pair: _single(prior.central()) for pair, prior in self.betas.items()}
        return Parameters(values, betas)

    def draw(self, seed: int) -> Parameters:
        """Return a draw; each parameter's depends on the seed and its own name alone.

        Adding or removing a parameter therefore changes no other's draw.
        """
        values = {name: _drawn(distribution, seed, name) for name, distribution in self.parameters.items()}
        if self.joint is not None:
            row = self.joint.rows[int(_uniform(seed, "joint draw", 0) * len(self.joint.rows))]
            values.update(zip(self.joint.names, row, strict=True))
        betas = {
            pair: _single(prior.quantile(_uniform(seed, f"beta {' '.join(pair)}", 0)))
            for pair, prior in self.betas.items()
        }
        return Parameters(values, betas)


def _priors_of_effects(levers: Iterable[Lever]) -> dict[BetaKey, Distribution]:
    return {(lever.id, effect.channel): _prior_of_effect(effect) for lever in levers for effect in lever.effects}


def _prior_of_effect(effect: Effect) -> Triangular:
    return Triangular(effect.beta_min, effect.beta, effect.beta_max)


def _single(value: Value) -> float:
    assert isinstance(value, float)
    return value


@cache
def parameter_set(
    name: str,
    components: tuple[AddedParts, ...] = (),
    own: OwnParameters | None = None,
    plan: Plan | None = None,
) -> ParameterSet:
    """Return a parameter set by name, with what components of others, parameters and a plan of the user's own add.

    Raises
    ------
    InputError
        If there is none of this name.
    """
    if name not in PARAMETER_SETS:
        allowed = coded("allowed.parameters", sets=", ".join(PARAMETER_SETS))
        raise InputError(unknown("parameter_set", name, PARAMETER_SETS, key="parameters", allowed=allowed))
    made = {
        "posterior_2020": ParameterSet.posterior_2020,
        "prior_2020": ParameterSet.prior_2020,
        HINDSIGHT: ParameterSet.prior_hindsight,
    }
    found = made[name]() if plan is None else made[name]().with_plan(plan)
    found = found.with_components(components) if components else found
    return found if own is None else found.with_own(own)


@cache
def central_parameters(
    name: str,
    components: tuple[AddedParts, ...] = (),
    own: OwnParameters | None = None,
    plan: Plan | None = None,
) -> Parameters:
    """Return the central point of a parameter set; it is the same object every time."""
    return parameter_set(name, components, own, plan).central()


def resolved_parameters(
    parameters: str | Parameters,
    macro: str,
    components: tuple[AddedParts, ...] = (),
    own: OwnParameters | None = None,
    plan: Plan | None = None,
) -> Parameters:
    """Return the central point of a named parameter set, or the parameters themselves, for a run under a macro path.

    Parameters of components of others, and effects of levers of a plan of the user's own, that are not among those
    given take their central values.

    Raises
    ------
    InputError
        If the name is unknown, or the set has hindsight and the path is not a replay.
    """
    if isinstance(parameters, Parameters):
        if not components and plan is None:
            return parameters
        return parameters.completed(central_parameters(PARAMETER_SETS[0], components, None, plan))
    checked_for_replay(parameters, macro)
    return central_parameters(parameters, components, own, plan)


def drawn_quantile(seed: int, name: str) -> float:
    """Quantile in its prior at which a parameter of one number is drawn under a seed."""
    return _uniform(seed, name, 0)


def _drawn(distribution: Distribution, seed: int, name: str) -> Value:
    if distribution.size == 0:
        return distribution.central()
    return distribution.quantile([_uniform(seed, name, part) for part in range(distribution.size)])


def _uniform(seed: int, name: str, part: int) -> float:
    digest = hashlib.blake2b(f"{seed}|{name}|{part}".encode(), digest_size=8).digest()
    return ((int.from_bytes(digest, "little") >> 12) + 0.5) / 2**52


def _unknown(name: str, known: Mapping[str, Value]) -> Problem:
    nearest = next((row.id for row in parameter_table() if row.code_name == name and row.id in known), None)
    return replace(
        unknown("parameter", name, known, key=f"parameters.{name}", allowed=""),
        nearest=nearest or nearest_name(name, known),
    )


def _shape(value: Any) -> int:
    """Return 0 for a finite number, the length of a sequence of finite numbers, -1 for anything else."""
    if real_number(value) is not None:
        return 0
    if isinstance(value, list | tuple) and value and all(_shape(part) == 0 for part in value):
        return len(value)
    return -1


def _plain(value: Value) -> Value:
    return float(value) if not isinstance(value, Sequence) else tuple(float(part) for part in value)
