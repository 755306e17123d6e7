"""Dated shocks: what a scenario's shocks do in each month, laid out before the first."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats, Integers
from agents.bank_supervision import loss_share_seen_late
from agents.certificates import BankTier
from agents.institutions import Sector
from scenarios.calendar import BASELINE, month_ordinal
from scenarios.shocks import ShockKind, shock_kinds
from sim.bank_failures import bank_issuer_fails
from sim.banking.failure import bank_fails
from sim.component import Part

if TYPE_CHECKING:
    from scenarios.parameters import Parameters
    from scenarios.schema import Shock
    from sim.model import FinancialCenter


def neutral_value(kind: ShockKind) -> float:
    """Value of a kind of shock where none strikes: 1 for a factor, else 0."""
    return 1.0 if kind.form == "factor" else 0.0


def kept_share(kind: ShockKind, parameters: "Parameters") -> float:
    """Share of a fading shock that is left a month later."""
    if kind.persistence:
        return float(getattr(parameters, kind.persistence))
    half_life = getattr(parameters, kind.half_life) if kind.half_life else kind.half_life_months
    return float(2.0 ** (-1.0 / half_life))


def additive_path(kind: ShockKind, size: float, first: int, last: int, months: int, kept: float) -> Floats:
    """Values of one additive shock, shape (months,); `first` and `last` count months from the first of the path.

    hold: size in first..last;   spread: size / (last - first + 1) there;
    fade: size in first..last, then size * kept ** (months since last)
    """
    path = np.zeros(months)
    length = last - first + 1
    path[first : last + 1] = size / length if kind.profile == "spread" else size
    if kind.profile == "fade":
        path[last + 1 :] = size * kept ** np.arange(1, max(months - last - 1, 0) + 1)
    return path


class ShockPaths:
    """Value of every kind of shock by month from 2021-01 on; at and before end-2020 none strikes.

    Shocks of one kind that overlap add up, or multiply where the kind is a factor.
    """

    def __init__(self, shocks: "Iterable[Shock]", last_month: int, parameters: "Parameters") -> None:
        months = last_month - BASELINE
        self._neutral = {name: neutral_value(kind) for name, kind in shock_kinds().items()}
        self._paths = {name: np.full(months, value) for name, value in self._neutral.items()}
        for shock in shocks:
            first, last = (month_ordinal(month) - BASELINE - 1 for month in shock.window)
            kind, path = shock.kind, self._paths[shock.name]
            if kind.form == "factor":
                path[first : last + 1] *= shock.full_size
            else:
                kept = kept_share(kind, parameters) if kind.profile == "fade" else 0.0
                path += additive_path(kind, shock.full_size, first, last, months, kept)

    def value(self, name: str, month: int) -> float:
        """Value of one kind in a month."""
        return self._neutral[name] if month <= BASELINE else float(self._paths[name][month - BASELINE - 1])

    def at(self, month: int) -> Mapping[str, float]:
        """Value of every kind in a month, by name."""
        return {name: self.value(name, month) for name in self._neutral}


def small_banks_fail(centre: "FinancialCenter") -> None:
    """In a month with a shock `small_bank_failure` one small bank fails, as an issuer and as an institution.

    Among issuers it is the one of the small banks with the median stock of certificates, of which the size of the
    shock is lost; among institutions of the city the bank with the median assets of the smaller half.
    """
    loss_share = min(centre.shock["small_bank_failure"], 1.0)
    if loss_share <= 0.0:
        return
    loss_share = loss_share_seen_late(
        loss_share,
        centre.channels["risk_detection_lag"],
        centre.policy.baseline["risk_detection_lag"],
        centre.parameters.detection_loss_elasticity,
    )
    issuers, institutions = centre.issuers, centre.institutions
    small = np.flatnonzero(issuers["bank_tier"] == BankTier.SMALL)
    bank_issuer_fails(centre, middle_row(small, issuers["usual_certificates_bn"][small]), loss_share)
    banks = np.flatnonzero(institutions["sector"] == Sector.BANK)
    assets = institutions["assets_bn"][banks]
    smaller = assets <= np.median(assets)
    Part(bank_fails).on(centre.states_now(), middle_row(banks[smaller], assets[smaller]))


def middle_row(rows: Integers, values: Floats) -> int:
    """Row with the middle value; the lower one of two."""
    return int(rows[np.argsort(values, kind="stable")[(len(rows) - 1) // 2]])


def shocks_strike(centre: "FinancialCenter") -> None:
    """The month's shocks are known: rules read them from `centre.shock`, the listing gate as a shift of its own."""
    centre.shock = centre.shock_paths.at(centre.month)
    centre.listing_gate_shift = centre.shock["listing_gate"]
