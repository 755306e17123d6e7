"""What two runs have in common when they are a pair: luck, parameters and world; only policy may differ."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Pairing:
    """Everything that must be equal in two runs before their difference is an effect of policy.

    Shocks, the response of rivals and the horizon belong to what a scenario asks and are not in it.
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

    def differences(self, other: "Pairing") -> tuple[str, ...]:
        """Names of what differs between two runs, in the order of the fields, as they are read aloud."""
        return tuple(
            field.name.replace("_", " ")
            for field in fields(self)
            if getattr(self, field.name) != getattr(other, field.name)
        )
