"""Capital of institutions as a bound on their assets, their repo and their loans.

An institution far above the minimum grows as its sector does. Within a part of the buffer it slows down, and below the
minimum it sells assets and repays repo.
"""

import numpy as np

from agents.arrays import Floats, sum_of_products

BELOW_MINIMUM = "sales below the minimum"
BY_REPO = "purchases financed by repo"
ASSET_TERMS = ("trend of the sector", "own random term", "short of capital", BELOW_MINIMUM, BY_REPO)
"""Terms of the log growth of an institution's assets in a month."""


def capital_adequacy(equity_ratio: Floats, normal_ratio: Floats, adequacy_2020: float) -> Floats:
    """Ratio of capital to risk-weighted assets, shape (n,): that of 2020 times equity over assets against normal.

    Risk weights are those of 2020. Parameter `capital_adequacy_2020`.
    """
    adequacy: Floats = adequacy_2020 * equity_ratio / normal_ratio
    return adequacy


def requirement_factor(tightness_change: float, slope: float) -> float:
    """Factor on the required and on the wanted ratio of capital: exp(slope * change of macroprudential tightness).

    Buffers that a supervisor adds raise both. Channel `macropru_tightness` against 2020; parameter `macropru_capital`.
    """
    return float(np.exp(slope * tightness_change))


def required_equity_bn(assets_bn: Floats, normal_ratio: Floats, minimum: float, adequacy_2020: float) -> Floats:
    """Equity with which the capital adequacy of each institution is at the minimum, CNY bn, shape (n,).

    required = minimum / adequacy of 2020 * normal ratio of equity to assets * assets

    Parameters `capital_adequacy_minimum`, `capital_adequacy_2020`.
    """
    required: Floats = minimum / adequacy_2020 * normal_ratio * assets_bn
    return required


def capital_room(adequacy: Floats, minimum: float, buffer_2020: float, trigger: float) -> Floats:
    """Part of their usual growth and lending that capital leaves institutions, 0..1, shape (n,).

    room = (adequacy - minimum) / (trigger * buffer of 2020) within 0..1

    From `trigger`, a part of the buffer of 2020 over the minimum, capital does not bind. Parameters
    `capital_adequacy_minimum`, `capital_adequacy_2020`, `leverage_trigger`.
    """
    room: Floats = np.clip((adequacy - minimum) / (trigger * buffer_2020), 0.0, 1.0)
    return room


def log_excess_leverage(adequacy: Floats, minimum: float) -> Floats:
    """Log of assets over the most that the minimum allows, where they exceed it, shape (n,); else zero."""
    excess: Floats = np.maximum(np.log(minimum) - np.log(adequacy), 0.0)
    return excess


def asset_growth_terms(
    trend_per_year: Floats, own: Floats, room: Floats, excess: Floats, adjustment: float, repo_change: Floats | float
) -> Floats:
    """Terms of the log growth of assets in a month, in the order of `ASSET_TERMS`, shape (5, n).

    growth = trend / 12 + own - (1 - room) * max(trend, 0) / 12 - adjustment * excess + ln(1 + change of repo / assets)

    What is borrowed by repo buys assets, and what is repaid is raised by selling some, so leverage rises and falls with
    the balance sheet (Adrian and Shin 2010). `repo_change` is the change over the last month, over assets.
    `adjustment` is the part of excess assets that is sold in a month. Parameters `bank_asset_growth`,
    `assets_organic_growth`, `bank_growth_sd`, `leverage_adjustment`.
    """
    terms = np.empty((len(ASSET_TERMS), len(own)))
    terms[0] = trend_per_year / 12.0
    terms[1] = own
    terms[2] = -(1.0 - room) * np.maximum(trend_per_year, 0.0) / 12.0
    terms[3] = -adjustment * excess
    terms[4] = np.log1p(repo_change)
    return terms


def lending_room(room: Floats, loans_bn: Floats) -> float:
    """Mean room that capital leaves lenders, each counted by its loans; 1 where nobody lends."""
    total = float(loans_bn.sum())
    return float(sum_of_products(room, loans_bn)) / total if total > 0.0 else 1.0


def lending_share(room: float, usual_room: float) -> float:
    """Part of the loans that borrowers qualify for which banks' capital lets them grant: min(1, room / usual room).

    Usual is the room of the base year. Banks short of capital lend less (Peek and Rosengren 1995; Gambacorta and
    Mistrulli 2004).
    """
    return min(1.0, room / usual_room) if usual_room > 0.0 else 1.0
