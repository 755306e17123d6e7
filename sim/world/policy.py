"""From lever paths to channel values: prerequisites, delivery, lag, fidelity, complements and combination.

Levers move channels and channels enter rules; nothing else carries policy. A path states when a regime is in
force. The effect comes later by the lag of the lever, or of the component that carries it, once, and in part where the
city's districts deliver it.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats

if TYPE_CHECKING:
    from scenarios.parameters import Parameters
    from scenarios.plan import Channel, Effect, Lever


ROUNDING = 1e-12
"""A change of intensity below is the rounding of what components add to their lever."""


def capped_intensities(intensities: Floats, levers: Sequence["Lever"]) -> Floats:
    """Regime in force after prerequisites, shape (months, levers).

    While a prerequisite lever is below its threshold, the lever that needs it stays at or below its cap. Caps depend
    on the prerequisite's own path before capping, so that the order of the levers is irrelevant.
    """
    index = {lever.id: column for column, lever in enumerate(levers)}
    capped = intensities.copy()
    for column, lever in enumerate(levers):
        for prerequisite in lever.prerequisites:
            unmet = intensities[:, index[prerequisite.lever]] < prerequisite.at_least - 1e-12
            capped[unmet, column] = np.minimum(capped[unmet, column], prerequisite.cap)
    return capped


def effective_changes(intensities: Floats, levers: Sequence["Lever"], parameters: "Parameters") -> Floats:
    """Change of each lever's intensity against end-2020 as it acts on channels, shape (months, levers).

    change(t) = fidelity * (I(t - lag) - I_2020) * (1 + complement_strength * mean progress of the complements)

    Progress is the share of the distance from a lever's intensity of 2020 to full intensity; a lever already at full
    intensity in 2020 has no scope to rise and contributes no complementarity. Complementarity takes effect with the lag
    of the lever that it strengthens. Fidelity scales levers that the city delivers. Slippage adds months to the levers
    that national authorities or market institutions deliver, and the lag is uncertain as a whole. Months before the
    first row count as end-2020. Intensities 0..1; lags in months. Parameters `municipal_fidelity`,
    `delivery_slippage_months`, `effect_lag_scale`, `complement_strength`.
    """
    capped = capped_intensities(intensities, levers)
    gains = complement_gains(capped, levers, parameters)
    changes = np.zeros_like(capped)
    for column, lever in enumerate(levers):
        change = (capped[:, column] - lever.intensity_2020) * gains[:, column]
        changes[:, column] = _delivered(change, lever, lever.effect_lag_months, parameters)
    return changes


def complement_gains(capped: Floats, levers: Sequence["Lever"], parameters: "Parameters") -> Floats:
    """Factor on the change of each lever by the progress of its complements, shape (months, levers).

    gain = 1 + complement_strength * mean progress of the complements; see `effective_changes`.
    """
    start = np.array([lever.intensity_2020 for lever in levers])
    index = {lever.id: column for column, lever in enumerate(levers)}
    progress = np.divide(capped - start, 1.0 - start, out=np.zeros_like(capped), where=start < 1.0)
    gains = np.ones_like(capped)
    for column, lever in enumerate(levers):
        partners = [index[complement] for complement in lever.complements]
        if partners:
            gains[:, column] = 1.0 + parameters.complement_strength * progress[:, partners].mean(axis=1)
    return gains


def _delivered(change: Floats, lever: "Lever", lag_months: int, parameters: "Parameters") -> Floats:
    """A change of intensity as it is felt: later by its lag and the slippage, and in part, shape (months,)."""
    municipal = lever.authority == "municipal"
    slippage = 0.0 if municipal else parameters.delivery_slippage_months
    fidelity = parameters.municipal_fidelity if municipal else 1.0
    lag = max(0, round(parameters.effect_lag_scale * lag_months + slippage))
    felt = np.zeros_like(change)
    if lag < len(change):
        felt[lag:] = fidelity * change[: len(change) - lag]
    return felt


def component_changes(
    intensities: Floats, departures: Floats, levers: Sequence["Lever"], parameters: "Parameters"
) -> dict[tuple[str, str], Floats]:
    """Change that an effect feels by its components in place of its lever's, by (lever, channel), each shape (months,).

    change(t) = sum over components c of fidelity * G_c(t - lag_c)
    G_c       = gain * held * (share_c * (I - sum of w * d - I_2020) + effect_c * d_c)

    d_c is the departure of a component from where the lever as a whole has it, w its weight, share_c its share of the
    effect and effect_c the part of the effect that a unit of its intensity has (`Lever.effect_of`). `held` is the part
    of the lever's change that its prerequisites let through. Effects whose components depart nowhere and have the
    lever's lag are left out: there it is the change of the lever.
    """
    capped = capped_intensities(intensities, levers)
    gains = complement_gains(capped, levers, parameters)
    places = [0, *accumulate(len(lever.components) for lever in levers)]
    by_component: dict[tuple[str, str], Floats] = {}
    for column, lever in enumerate(levers):
        own = departures[:, places[column] : places[column + 1]]
        lags = {lever.lag_of(component) for component in lever.components}
        if not own.any() and lags <= {lever.effect_lag_months}:
            continue
        asked = intensities[:, column] - lever.intensity_2020
        allowed = capped[:, column] - lever.intensity_2020
        held = np.divide(allowed, asked, out=np.ones_like(asked), where=asked != 0.0) * gains[:, column]
        whole = asked.copy()
        for place, component in enumerate(lever.components):
            whole -= component.weight * own[:, place]
        whole[np.abs(whole) < ROUNDING] = 0.0
        for effect in lever.effects:
            felt = np.zeros_like(whole)
            for place, component in enumerate(lever.components):
                share = _share(lever, effect, place)
                if share or own[:, place].any():
                    rise = share * whole + lever.effect_of(effect, component) * own[:, place]
                    felt += _delivered(held * rise, lever, lever.lag_of(component), parameters)
            by_component[lever.id, effect.channel] = felt
    return by_component


def _share(lever: "Lever", effect: "Effect", place: int) -> float:
    """Share of an effect that the component at a place carries: its own, or its part of the lever's rise."""
    component = lever.components[place]
    if effect.carried_by:
        return effect.carried_by.get(component.id, 0.0)
    rises = [each.weight * (each.i2025 - each.i2020) for each in lever.components]
    return rises[place] / sum(rises) if sum(rises) else component.weight


def channel_paths(
    changes: Floats,
    levers: Sequence["Lever"],
    channels: Sequence["Channel"],
    betas: Mapping[tuple[str, str], float],
    by_component: Mapping[tuple[str, str], Floats] = MappingProxyType({}),
) -> Floats:
    """Value of every channel in every month, shape (months, channels).

    x = sum over levers of beta * change, the one of its components where `by_component` has it;
    log: baseline * exp(x);  logit: sigmoid(logit(baseline) + x);
    add: baseline + x. Where x is zero the value is the baseline to the bit.
    """
    column = {channel.id: position for position, channel in enumerate(channels)}
    x = np.zeros((len(changes), len(channels)))
    for row, lever in enumerate(levers):
        for effect in lever.effects:
            felt = by_component.get((lever.id, effect.channel), changes[:, row])
            x[:, column[effect.channel]] += betas[lever.id, effect.channel] * felt
    values = np.empty_like(x)
    for position, channel in enumerate(channels):
        baseline = channel.baseline_2020
        shift = x[:, position]
        if channel.form == "log":
            moved = baseline * np.exp(shift)
        elif channel.form == "logit":
            odds = baseline / (1.0 - baseline) * np.exp(shift)
            moved = odds / (1.0 + odds)
        else:
            moved = baseline + shift
        values[:, position] = np.where(shift == 0.0, baseline, moved)
    return values


class ChannelValues(Mapping[str, float]):
    """Channel values of one month; records which of them the rules read."""

    def __init__(self, columns: Mapping[str, int], values: Floats, read: set[str]) -> None:
        # Numbers of Python: a channel is read many times a month, and an array gives one number slowly.
        self._values: dict[str, float] = dict(zip(columns, values.tolist(), strict=True))
        self._read = read

    def __getitem__(self, channel: str) -> float:
        """Value of a channel in its own unit."""
        self._read.add(channel)
        return self._values[channel]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class Channels(Mapping[str, float]):
    """Channel values in force in a month, beside those of end-2020."""

    def __init__(self, now: Mapping[str, float], baseline: Mapping[str, float]) -> None:
        self._now = now
        self._baseline = baseline

    def __getitem__(self, channel: str) -> float:
        """Value of a channel in its own unit."""
        return self._now[channel]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now)

    def __len__(self) -> int:
        return len(self._now)

    def baseline(self, channel: str) -> float:
        """Value of a channel at end-2020, in its own unit."""
        return self._baseline[channel]

    def ratio(self, channel: str) -> float:
        """Value of a channel over its value at end-2020."""
        return self._now[channel] / self._baseline[channel]


class Policy:
    """Channel values by month for one scenario and one parameter set."""

    def __init__(
        self,
        intensities: Floats,
        first_month: int,
        levers: Sequence["Lever"],
        channels: Sequence["Channel"],
        parameters: "Parameters",
        departures: Floats | None = None,
    ) -> None:
        self.first_month = first_month
        self.intensities = intensities
        if departures is None:
            departures = np.zeros((len(intensities), sum(len(lever.components) for lever in levers)))
        self.departures = departures
        """By how much components depart from where their lever as a whole has them, shape (months, components)."""
        self._given = (levers, channels, parameters)
        self.read: set[str] = set()
        """Channels that a rule has read so far."""
        self._columns = {channel.id: position for position, channel in enumerate(channels)}
        self.paths = channel_paths(
            effective_changes(intensities, levers, parameters),
            levers,
            channels,
            parameters.betas,
            component_changes(intensities, departures, levers, parameters),
        )
        self.baseline = ChannelValues(self._columns, np.array([c.baseline_2020 for c in channels]), set())
        """Every channel at its end-2020 value."""

    @property
    def lever_ids(self) -> tuple[str, ...]:
        """Ids of the levers, in the order of the columns of their intensities."""
        return tuple(lever.id for lever in self._given[0])

    @property
    def last_month(self) -> int:
        """Last month of the scenario."""
        return self.first_month + len(self.intensities) - 1

    def with_lever(self, column: int, first: int, last: int, intensity: float) -> "Policy":
        """The policy with one lever at another intensity in rows `first` to `last`; channels read so far are kept."""
        intensities, departures = self.intensities.copy(), self.departures.copy()
        intensities[first : last + 1, column] = intensity
        before = sum(len(lever.components) for lever in self._given[0][:column])
        departures[first : last + 1, before : before + len(self._given[0][column].components)] = 0.0
        changed = Policy(intensities, self.first_month, *self._given, departures)
        changed.read = self.read
        return changed

    def at(self, month: int) -> ChannelValues:
        """Channel values in force in a month; before the first month those of end-2020."""
        if month < self.first_month:
            return self.baseline
        return ChannelValues(self._columns, self.paths[month - self.first_month], self.read)
