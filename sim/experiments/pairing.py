"""Pairs of runs: the same draws, parameters and world; only policy may differ."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields

from scenarios.problem_texts import coded

NOT_DONE = "not done"


@dataclass(frozen=True)
class Pairing:
    """Everything that must be equal in two runs before their difference is an effect of policy.

    Shocks, the response of rivals and the horizon belong to the scenario and are not included.
    """

    seed: int
    parameters: str
    """Hash of the parameter values."""
    macro: str
    """Macro path: its name, or the digest of a file of drivers."""
    scale: float
    interactions_off: tuple[str, ...]
    base_year: str
    """Digest of the data of an earlier base year; empty for 2020."""
    model: str
    """Digest of the model's source and data."""
    components: str = ""
    """Name, version and digest of each component of others, separated by semicolons."""

    def differences(self, other: "Pairing") -> tuple[str, ...]:
        """Names of the differences between two runs, in the order of the fields, in words."""
        return tuple(
            field.name.replace("_", " ")
            for field in fields(self)
            if getattr(self, field.name) != getattr(other, field.name)
        )


@dataclass(frozen=True)
class Pairs:
    """Pairs among the runs of two scenarios, and the unpaired runs."""

    here: tuple[int, ...]
    """Places of runs of the first scenario, in order."""
    there: tuple[int, ...]
    """Places of their partners among the runs of the second."""
    left_out: int
    """Runs of either scenario that are done and have no partner."""
    why: tuple[str, ...]
    """Reasons: differences from the run of the same number, or that it is not done."""

    def __len__(self) -> int:
        return len(self.here)

    @property
    def reason(self) -> str:
        """Why runs were left out, as it is read aloud; empty where none was."""
        differ = ", ".join(name for name in self.why if name != NOT_DONE)
        if NOT_DONE not in self.why:
            return coded("pair.differ", what=differ) if differ else ""
        return coded("pair.differ_or_not_done", what=differ) if differ else coded("pair.not_done")


def pairs_of(here: Sequence[Pairing | None], there: Sequence[Pairing | None]) -> Pairs:
    """Pairs among the runs of two scenarios, given the attributes that each run's partner must share (None: not done).

    Two runs of the same place are a pair if they share it. A run whose neighbour does not share it has the one run
    elsewhere that does, if neither side has a second one of the kind: then nothing says which of them is meant.
    """
    partner = {
        place: place for place, (one, other) in enumerate(zip(here, there, strict=False)) if one == other and one
    }
    left = [[place for place, each in enumerate(side) if each and place not in partner] for side in (here, there)]
    kinds = [Counter(side[place] for place in places) for side, places in zip((here, there), left, strict=True)]
    single = {there[place]: place for place in left[1] if kinds[1][there[place]] == 1}
    for place in left[0]:
        if kinds[0][here[place]] == 1 and here[place] in single:
            partner[place] = single[here[place]]
    taken = set(partner.values())
    alone = [[p for p in left[0] if p not in partner], [p for p in left[1] if p not in taken]]
    why: dict[str, None] = {}
    for places, side, other in zip(alone, (here, there), (there, here), strict=True):
        for place in places:
            one, beside = side[place], other[place] if place < len(other) else None
            assert one is not None
            why |= dict.fromkeys((NOT_DONE,) if beside is None else one.differences(beside))
    order = sorted(partner)
    return Pairs(tuple(order), tuple(partner[place] for place in order), len(alone[0]) + len(alone[1]), tuple(why))
