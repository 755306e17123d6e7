"""Beliefs about a regime: which part of an opening stays, learnt from what is kept and what is taken back."""

import numpy as np

from agents.arrays import Floats


def furthest_opening(before: float, openness: float, half_life_months: float) -> float:
    """Furthest opening that is remembered, log: max(openness, furthest of last month * 2 ** (-1 / half-life)).

    Openness is the log change of a cost or scope of access against 2020. Parameter `trust_half_life`.
    """
    return float(max(openness, before * 2.0 ** (-1.0 / half_life_months)))


def kept_share(openness: float, furthest: float, start: float, evidence: float) -> float:
    """Part of an opening that has proved to stay, 0..1.

    kept = (evidence * start + max(0, openness)) / (evidence + furthest + max(0, -openness))

    What is kept over what was opened, with `start` as the belief of somebody who has seen neither, which weighs as much
    as an opening of the size `evidence`. Before anything is opened it is `start`; an opening that stays raises it, one
    that is taken back and a tightening beyond 2020 lower it. The mean of a beta distribution whose counts are log
    units of access. Parameters `trust_start`, `trust_evidence`.
    """
    return (evidence * start + max(0.0, openness)) / (evidence + furthest + max(0.0, -openness))


def learning_speed(speed: float, spread: float, normal: Floats) -> Floats:
    """Part of the gap between signal and belief that each agent closes in a month, shape (n,).

    g = speed * exp(spread * z - spread^2 / 2), z a standard normal number of the agent's own that stays

    Parameters `trust_learning`, `trust_learning_spread`.
    """
    return speed * np.exp(spread * normal - 0.5 * spread**2)


def next_trust(trust: Floats, signal: float, speed: Floats, bad_news: float) -> Floats:
    """Belief of each agent less that of the start, after the month, shape (n,).

    trust' = trust + g * (signal - trust), with g = min(1, speed * bad_news) where the signal is below the belief

    Adaptive expectations whose gain is larger for bad news: trust is lost faster than it is won (Slovic 1993).
    The signal is the kept share less the start; while a curb is in force nothing is kept. Parameter `trust_bad_news`.
    """
    gain = np.where(signal < trust, np.minimum(1.0, speed * bad_news), np.minimum(1.0, speed))
    return trust + gain * (signal - trust)
