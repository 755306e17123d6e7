"""Capacity of underwriters: deals beyond the capacity of their capital wait."""

import numpy as np

from agents.arrays import Floats


def underwriting_capacity_bn(
    usual_deals_bn: float, capital_bn: float, capital_2020_bn: float, headroom: float
) -> float:
    """Deals that underwriters can lead in a month, CNY bn: headroom * usual deals * capital / capital of end-2020.

    Usual deals are those of a mean month of 2020. The deals counted are national and the capital is that of brokers and
    banks licensed in the city, so only its growth enters. Parameter `underwriting_headroom`; judgement.
    """
    return headroom * usual_deals_bn * capital_bn / capital_2020_bn


def placed_share(asked_bn: float, capacity_bn: float) -> float:
    """Share of the requested deals that is placed this month: min(1, capacity / requests)."""
    return min(1.0, capacity_bn / asked_bn) if asked_bn > 0.0 else 1.0


def placed_first(amount_bn: Floats, order: Floats, room_bn: float) -> "np.ndarray":
    """Offers that fit into the remaining capacity, shape (offers,): in order, until their sum exceeds the room.

    `order` is drawn at random; the lowest goes first. An offer larger than all the room waits with those behind it.
    """
    ranked = np.argsort(order, kind="stable")
    fits = np.zeros(len(amount_bn), dtype=bool)
    fits[ranked] = np.cumsum(amount_bn[ranked]) <= room_bn
    return fits
