"""Companion indicators, which are harder to raise than the plan's indicators without fulfilling their purpose.

Turnover can rise with the churn of overnight repo, gross issuance with the rollover of old debt, and a cumulative total
never falls. A companion beside the indicator shows the gap.
"""

from dataclasses import dataclass

from sim.components import READINGS


@dataclass(frozen=True)
class Companion:
    """A recorded indicator that shows whether the purpose of a plan indicator is met."""

    id: str
    meaning: str

    @property
    def unit(self) -> str:
        """Unit of the indicator."""
        return READINGS[self.id].unit


COMPANIONS = {
    "turnover_total": Companion(
        "trading_without_repo",
        "Turnover without money market and exchange repo: trading that moves risk, not overnight borrowing",
    ),
    "direct_financing": Companion(
        "direct_financing_net",
        "National direct financing less repayments and defaults: new money, not the rollover of old debt",
    ),
    "direct_financing_share": Companion(
        "exchange_financing_share",
        "Shanghai's share of sales on exchanges: the interbank market counts as Shanghai's for all issuers",
    ),
    "foreign_bond_share": Companion(
        "foreign_net_purchases",
        "Foreigners' net purchases: a share can also rise because the market shrinks",
    ),
    "panda_cumulative": Companion(
        "panda_outstanding", "Panda bonds outstanding: a running total never falls, a market can"
    ),
    "shanghai_price_influence": Companion(
        "price_influence_equal_weights", "The four contracts with equal weights: the weights are judgement"
    ),
    "leading_fintech_count": Companion(
        "leading_fintech_national_hundred",
        "Firms among the hundred highest scores of the month: a count against a fixed score also rises where the whole "
        "country's firms grow",
    ),
}
"""Companions by plan indicator."""
