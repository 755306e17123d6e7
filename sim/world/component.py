"""World finance: yields and exchange rates outside the city, which no market here sets."""

from sim.clock import Clock
from sim.component import Component, Reading
from sim.world.conditions import us_yield_pct
from sim.world.macro import MacroPath


def usdcny(clock: Clock, macro: MacroPath) -> float:
    """Exchange rate, yuan per US dollar."""
    return float(macro.usdcny[macro.position(clock.month)])


WORLD = Component(
    name="world finance",
    readings=(
        Reading("us_yield", "percent", "ratio", us_yield_pct),
        Reading("usdcny", "yuan per US dollar", "ratio", usdcny),
    ),
)
