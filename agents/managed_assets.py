"""Assets that institutions manage for others: returns, and money that follows performance.

Their amount in 2020 is not known, so assets are index points: all of Shanghai at end-2019 is 100.
"""

import numpy as np

from agents.arrays import Floats


def class_returns(
    equity_weight: Floats, equity_return: float, yield_pct: float, yield_change_pp: float, duration_years: float
) -> Floats:
    """Return of a month on the portfolio of a class of managers, shape of `equity_weight`.

    return = weight * equity return + (1 - weight) * (yield / 1200 - duration * change of the yield / 100)

    Shares and bonds only; returns are simple and per month, the yield in per cent and its change in percentage
    points. Parameter `managed_bond_duration`; weights in the table of institution classes.
    """
    bonds = yield_pct / 1200.0 - duration_years * yield_change_pp / 100.0
    returns: Floats = equity_weight * equity_return + (1.0 - equity_weight) * bonds
    return returns


def trailing_excess_return(trailing: Floats, excess: Floats) -> Floats:
    """Excess return of about the last twelve months after another month, shape (n,).

    trailing' = 11 / 12 * trailing + excess

    Older months fade; the weights add to twelve months. `excess` is the month's return over the class's.
    """
    newer: Floats = 11.0 / 12.0 * trailing + excess
    return newer


def trust_shift(conduct_events: float, conduct_events_2020: float, slope: float) -> float:
    """Change of the organic growth of managed assets when conduct gets worse or better, 1/year.

    shift = -slope * ln(events / events of 2020)

    Channel `misconduct_rate`; parameter `misconduct_flow_slope`.
    """
    return -slope * float(np.log(conduct_events / conduct_events_2020))


def redeemed_share(share: float, conduct_events: float, conduct_events_2020: float, most: float) -> float:
    """Part of what they hold that clients' redemptions make managers give up.

    part = min(most, share * events / events of 2020)

    `share` is what clients take out at the conduct of 2020. Clients who were sold what did not suit them leave sooner
    when prices fall: after a fraud those near it took out several times what others did (Gurun, Stoffman and Yonker
    2018). Proportion is judgement. Channel `misconduct_rate`.
    """
    return min(most, share * (conduct_events / conduct_events_2020))


def net_flows(managed: Floats, trailing: Floats, organic_per_year: float, flow_performance: float) -> Floats:
    """Clients' net money in a month, shape (n,), in the unit of `managed`.

    flow = managed * max(-1, (organic growth + flow_performance * trailing excess return) / 12)

    Outflows do not exceed the assets. Parameters `assets_organic_growth`, `flow_performance`.
    """
    rate = (organic_per_year + flow_performance * trailing) / 12.0
    return managed * np.maximum(rate, -1.0)
