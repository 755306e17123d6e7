"""An experiment of a store: the names, numbers and settings of the requested runs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from scenarios.schema import HEAD as CALLED
from scenarios.schema import Scenario
from sim.experiments.requests import RunRequest
from sim.provenance.model_digest import model_digest

HEAD = (*CALLED, "budget")
"""Parts of a scenario that change no result; results are shared whatever they are."""


def head_of(scenario: Scenario) -> dict[str, Any]:
    """Name, description and budget of a scenario, as plain data."""
    return {name: value for name, value in scenario.plain().items() if name in HEAD}


def content_of(scenario: Scenario) -> dict[str, Any]:
    """Content of a scenario, as plain data without its head."""
    return {name: value for name, value in scenario.plain().items() if name not in HEAD}


@dataclass(frozen=True)
class AskedRun:
    """One requested run."""

    key: str
    scenario: str
    """Name under which it was requested."""
    scenario_hash: str
    run: int
    seed: int
    parameters_hash: str
    draw: int | None = None
    interactions_off: tuple[str, ...] = ()
    base_year: str = ""
    """Digest of the data of an earlier base year; empty for 2020."""
    fork_month: int | None = None

    @classmethod
    def of(cls, request: RunRequest, scenario_hash: str | None = None) -> Self:
        """The plain form of a request, whose scenario has this hash where it is known already."""
        return cls(
            key=request.key,
            scenario=request.scenario.name,
            scenario_hash=scenario_hash or request.scenario.content_hash(),
            run=request.run,
            seed=request.seed,
            parameters_hash=request.parameters.hash,
            draw=request.draw,
            interactions_off=request.interactions_off,
            base_year=request.base_year.digest,
            fork_month=request.fork_month,
        )


@dataclass(frozen=True)
class StoredDesign:
    """An experiment of a store: requested runs, their names, the time, and the number of finished runs."""

    number: int
    """Number in the store, from 1 on."""
    time: str
    """Time of the request, UTC."""
    kind: str
    """`batch`, `sweep` or another kind of experiment."""
    label: str
    """Description of the request beside the names of its scenarios, such as settings; may be empty."""
    model: str
    """Digest of the model's source and data."""
    version: str
    heads: tuple[Mapping[str, Any], ...]
    """Name, title, author, description and budget of its scenarios as requested."""
    runs: tuple[AskedRun, ...]
    sweep: Mapping[str, Any] | None = None
    """Plain form of the sweep; None for other kinds."""
    contents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Content of its scenarios, by hash, from which a lost file of a scenario can be restored."""
    done: int = 0
    """How many of its runs are done."""
    failed: int = 0

    @classmethod
    def of(
        cls,
        requests: Sequence[RunRequest],
        *,
        number: int,
        time: str,
        version: str,
        kind: str,
        label: str = "",
        sweep: Mapping[str, Any] | None = None,
    ) -> Self:
        """The design of some requests."""
        scenarios = {id(request.scenario): request.scenario for request in requests}
        hashes = {place: each.content_hash() for place, each in scenarios.items()}
        contents = {hashes[place]: content_of(each) for place, each in scenarios.items()}
        heads: dict[str, Mapping[str, Any]] = {}
        for each in scenarios.values():
            heads.setdefault(each.name, head_of(each))
        runs = tuple(AskedRun.of(request, hashes[id(request.scenario)]) for request in requests)
        return cls(
            number, time, kind, label, model_digest(), version, tuple(heads.values()), runs, sweep, contents=contents
        )

    def plain(self) -> dict[str, Any]:
        """The design as plain data; names and hashes that come back are written once."""
        names, hashes = (list(dict.fromkeys(each)) for each in zip(*map(_texts, self.runs), strict=True))
        at_name, at_hash = ({text: place for place, text in enumerate(texts)} for texts in (names, hashes))
        parameters = list(dict.fromkeys(run.parameters_hash for run in self.runs))
        at_parameters = {text: place for place, text in enumerate(parameters)}
        rows = [
            [
                run.key,
                at_name[run.scenario],
                at_hash[run.scenario_hash],
                run.run,
                run.seed,
                at_parameters[run.parameters_hash],
                run.draw,
                list(run.interactions_off),
                run.base_year,
                run.fork_month,
            ]
            for run in self.runs
        ]
        return {
            "time": self.time,
            "kind": self.kind,
            "label": self.label,
            "model": self.model,
            "version": self.version,
            "heads": [dict(head) for head in self.heads],
            "contents": {digest: dict(content) for digest, content in self.contents.items()},
            "names": names,
            "hashes": hashes,
            "parameters": parameters,
            "runs": rows,
            "sweep": None if self.sweep is None else dict(self.sweep),
        }

    @classmethod
    def from_plain(cls, number: int, data: Mapping[str, Any]) -> Self:
        """The design that `plain` was made of.

        Raises
        ------
        KeyError, IndexError, TypeError, ValueError
            If it was made of anything else.
        """
        names, hashes, parameters = data["names"], data["hashes"], data["parameters"]
        runs = tuple(
            AskedRun(key, names[name], hashes[at], run, seed, parameters[values], draw, tuple(off), base_year, fork)
            for key, name, at, run, seed, values, draw, off, base_year, fork in data["runs"]
        )
        fields = {name: data[name] for name in ("time", "kind", "label", "model", "version", "sweep", "contents")}
        return cls(number, heads=tuple(data["heads"]), runs=runs, **fields)

    @property
    def asked(self) -> int:
        """Number of requested runs, over all its scenarios."""
        return len(self.runs)

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of its scenarios, in the order of the request."""
        return tuple(dict.fromkeys(run.scenario for run in self.runs))

    @property
    def resumable(self) -> bool:
        """Whether this version of the model can go on with it; it can be read in any case."""
        return self.model == model_digest()

    def head(self, name: str) -> Mapping[str, Any]:
        """Head of a scenario in this experiment: name, title and so on."""
        return next((head for head in self.heads if head["name"] == name), {"name": name})

    def asks_the_same_as(self, other: "StoredDesign") -> bool:
        """Whether the same runs are requested under the same names; time, kind and label do not matter."""
        return self.runs == other.runs and list(self.heads) == list(other.heads) and self.sweep in (None, other.sweep)

    def __str__(self) -> str:
        """One line: number, kind, scenarios, description and time of the request."""
        named = ", ".join(self.scenarios[:4]) + (", ..." if len(self.scenarios) > 4 else "")
        settings = f" ({self.label})" if self.label else ""
        progress = f"{self.done} of {self.asked} runs" if self.done < self.asked else f"{self.asked} runs"
        return f"{self.number}: {self.kind} of {named}{settings}, {progress}, {self.time[:16].replace('T', ' ')} UTC"


def _texts(run: AskedRun) -> tuple[str, str]:
    return run.scenario, run.scenario_hash


def same_name_twice(runs: Iterable[AskedRun]) -> tuple[str, int] | None:
    """A scenario's name and a number under which two different runs were requested, or None."""
    seen: dict[tuple[str, int], str] = {}
    for run in runs:
        if seen.setdefault((run.scenario, run.run), run.key) != run.key:
            return run.scenario, run.run
    return None
