"""Market value of bonds in the currency of their foreign holder."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ValueChange:
    """Parts of a month's change in the value of bonds, USD bn."""

    purchases_usd_bn: float
    written_off_usd_bn: float
    price_gain_usd_bn: float
    currency_gain_usd_bn: float

    @property
    def total_usd_bn(self) -> float:
        """Change of the value."""
        return self.purchases_usd_bn - self.written_off_usd_bn + self.price_gain_usd_bn + self.currency_gain_usd_bn


def price_after(price: float, yield_change_pp: float, duration_years: float) -> float:
    """Price of a portfolio of constant duration after a change of its yield, over face value.

    price = price of last month * exp(-duration / 100 * change of the yield)

    Coupons are paid out. Parameter `government_bond_duration`.
    """
    return price * float(np.exp(-duration_years / 100.0 * yield_change_pp))


def value_change(
    opening_face_bn: float,
    net_purchases_bn: float,
    written_off_bn: float,
    prices: tuple[float, float],
    rates: tuple[float, float],
) -> ValueChange:
    """Change of the value in dollars by what was bought and written off, by prices and by the currency.

    purchases, write-offs = face value * price / rate
    price gain = opening face value * change of the price / opening rate
    currency gain = opening face value * price * (1 / rate - 1 / opening rate)

    Face values in CNY bn; prices over face value and rates in yuan per dollar, each at the beginning and the end of the
    month. What is bought or written off is valued at the end of the month.
    """
    (opening_price, price), (opening_rate, rate) = prices, rates
    return ValueChange(
        purchases_usd_bn=net_purchases_bn * price / rate,
        written_off_usd_bn=written_off_bn * price / rate,
        price_gain_usd_bn=opening_face_bn * (price - opening_price) / opening_rate,
        currency_gain_usd_bn=opening_face_bn * price * (1.0 / rate - 1.0 / opening_rate),
    )
