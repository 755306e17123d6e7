"""Clients of fintech firms: institutions choose suppliers that others have chosen, and now and then a newcomer.

A client is a contract with an institution. A new contract goes with a small probability to a firm that has none yet,
else to a firm in proportion to its contracts, so that numbers of clients have a Pareto tail (Yule 1925; Simon 1955).
"""

import numpy as np

from agents.arrays import Flags, Floats, Integers, Keys

CLIENT_TERMS = ("won elsewhere", "won in Shanghai", "lost elsewhere", "lost in Shanghai")
"""Terms of the change of a firm's clients in a month, in the order of `client_terms`."""
SUPPLIER_TERMS = ("clients", "nearness", "rules for platforms")
"""Terms of the log weight of a supplier, in the order of `supplier_terms`."""


def newcomer_share(size_tail: float, growth_per_year: float, review_per_year: float, exit_per_year: float) -> float:
    """Part of new contracts that goes to firms without a client, so that clients keep a Pareto tail.

    share = (growth + exit) * (1 - 1 / tail) / (growth + exit + review), at least zero

    Contracts in force grow at `growth`, are placed anew at the rate `review`, and lose their supplier at the rate
    `exit` of large firms. A large firm grows by m = (1 - share) * (growth + review + exit) - review, and numbers of
    clients have the exponent (growth + exit) / m. Without reviews and exits this is 1 / (1 - share) (Simon 1955).
    Parameters `fintech_size_tail`, `client_market_growth`, `client_review_rate`, `fintech_exit_hazard`,
    `fintech_acquired_share`.
    """
    renewed = growth_per_year + exit_per_year
    return max(0.0, renewed * (1.0 - 1.0 / size_tail) / (renewed + review_per_year))


def usual_client_growth(
    to_newcomers: float, growth_per_year: float, review_per_year: float, exit_per_year: float
) -> float:
    """Growth of the clients of a firm that wins contracts in proportion to those it has, 1/year.

    growth = (1 - share to newcomers) * (growth of contracts + review + exit) - review

    At the exit rate of large firms this is the growth of `newcomer_share`; at the rate at which contracts lose their
    supplier it is what the others win by the contracts that are then placed. Parameters as there.
    """
    return (1.0 - to_newcomers) * (growth_per_year + review_per_year + exit_per_year) - review_per_year


def clients_at_start(log_size: Floats) -> Integers:
    """Clients of firms at the start, shape (n,): one for each size of an entrant, exp(log_size) rounded down."""
    return np.floor(np.exp(log_size)).astype(np.int64)


def supplier_terms(
    clients: Integers,
    to_newcomers: float,
    near: Flags,
    near_preference: float,
    rules: Floats,
    rules_slope: float,
) -> Floats:
    """Terms of the log weight of each firm where a contract is placed, shape (3, n), in the order of `SUPPLIER_TERMS`.

    ln weight = ln clients + [near] preference + slope * rules

    Firms without a client share, in equal parts, the weight that gives them together `to_newcomers` of all contracts
    where nothing else counts. `near` marks firms of the client's city; `rules` is the growth a year that rules give a
    platform or take from it, zero for other firms. A weight of zero has the log minus infinity. Parameters
    `near_supplier_preference`, `platform_client_slope`; the share is `newcomer_share`.
    """
    without = clients == 0
    of_newcomer = to_newcomers / (1.0 - to_newcomers) * clients.sum() / max(int(without.sum()), 1)
    weight = np.where(without, of_newcomer, clients)
    terms = np.empty((len(SUPPLIER_TERMS), len(clients)))
    terms[0] = np.log(weight, where=weight > 0.0, out=np.full(len(clients), -np.inf))
    terms[1] = near_preference * near
    terms[2] = rules_slope * rules
    return terms


def supplier_chances(terms: Floats) -> Floats:
    """Chance of each firm to be given a contract, from the terms of its log weight (k, n), shape (n,)."""
    weight = np.exp(terms.sum(axis=0))
    return np.asarray(weight / weight.sum(), dtype=np.float64)


def suppliers_chosen(chances: Floats, keys: Keys, uniform: Floats) -> Integers:
    """Rows of the firms that clients choose, drawn with the chances (n,) from one uniform number each, shape (m,).

    Firms stand in the order of their keys (n,), so that the choice does not depend on the order of rows.
    """
    order = np.argsort(keys)
    upper = np.cumsum(chances[order])
    return np.asarray(order[np.searchsorted(upper / upper[-1], uniform, side="right")], dtype=np.int64)


def growth_by_clients(
    net: Integers, clients: Integers, chances: Floats, placed: float, usual_per_year: float, elasticity: float
) -> Floats:
    """Growth of log size by clients won less lost in a month beyond what is usual, shape (n,).

    growth = elasticity * (net - expected) / max(clients, 1)

    Expected are usual_per_year / 12 * clients, and for a firm without a client its chance of each contract placed. A
    large firm's clients grow evenly, a small one's by leaps. The market as a whole is given,
    so what one firm wins beyond its usual part others lose. Parameter `client_growth_elasticity`; the rest from
    `usual_client_growth` and `supplier_chances`.
    """
    expected = np.where(clients > 0, usual_per_year / 12.0 * clients, placed * chances)
    return np.asarray(elasticity * (net - expected) / np.maximum(clients, 1), dtype=np.float64)


def volatility_by_clients(
    clients: Integers, chances: Floats, placed: float, leaving_chance: float, elasticity: float
) -> Floats:
    """Standard deviation of the growth of log size by clients won and lost by chance, 1/year, shape (n,).

    volatility = elasticity * sqrt(12 * (placed * chances + leaving_chance * clients)) / max(clients, 1)

    Contracts won and lost in a month are counts with about the variance of their mean. Parameters
    `client_growth_elasticity`, `client_review_rate`.
    """
    changes = 12.0 * (placed * chances + leaving_chance * clients)
    return np.asarray(elasticity * np.sqrt(changes) / np.maximum(clients, 1), dtype=np.float64)


def own_volatility(volatility_per_year: float, by_clients: Floats) -> Floats:
    """Standard deviation of the random term of growth, 1/year, shape (n,): what is left of that of growth as a whole.

    own = sqrt(max(0, volatility ** 2 - by_clients ** 2))

    Clients are thus one reason for the growth rates that are observed and make them no more uneven. Parameter
    `fintech_growth_sd`.
    """
    return np.sqrt(np.maximum(volatility_per_year**2 - by_clients**2, 0.0))
