"""Which states of agents are made equal within a class, and which stay as they are, by kind of agent.

Every column of a population stands in exactly one group.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from agents.equity_investors import ForeignEquityInvestor
from agents.fintech_firms import FintechFirm
from agents.foreign_investors import ForeignInvestor
from agents.institutions import FinancialInstitution
from agents.issuers import Issuer
from agents.population import ArrayAgent

BUILT_IN = ("unique_id", "birth_month", "draw_key")
"""Columns of every population: identity and random numbers."""
IDENTITY = "identity, and the key of its random numbers"
PLACE = "membership or place, which no mean can take"
TAKEN = "a step already taken, such as a filing, an admission or an adoption"
RECORD = "a record of the month, which no decision reads"
ELIGIBLE = "rank by which a rule admits a part of a class; equal ranks would admit all or none"
CONTRACT = "terms of contracts with others"
OWN_SIZE = "size in a market of its own"
DIFFERENCE = "a market in which only differences are traded"


@dataclass(frozen=True)
class Likeness:
    """How the agents of one kind are made alike: each group names columns."""

    of_class: tuple[str, ...]
    """What defines a class."""
    size: str
    """Size of an agent: its sum over the vector where the column has several numbers."""
    amounts: tuple[str, ...]
    """Dealt out within a class in proportion to size."""
    means: tuple[str, ...]
    """Made equal to the mean of the class, weighted by size."""
    kept: Mapping[str, str]
    """What stays, with the reason."""
    counts: tuple[str, ...] = ()
    """Whole numbers, made equal to the rounded mean."""
    logs: tuple[str, ...] = ()
    """Logs, made equal to the log of the mean of what they stand for."""
    log_odds: tuple[str, ...] = ()
    """Log odds, made equal to those of the mean share."""
    partners: tuple[str, ...] = ()
    """Ids of partners, -1 for none: the most frequent of the class, or none where most have none."""
    of_partners: tuple[str, ...] = ()
    """What is known of partners, which follows from them."""
    ages: tuple[str, ...] = ()
    """Years before the first month of the model, made such that all have the mean age."""
    split_by: tuple[str, ...] = ()
    """Columns of `means` at zero for a part of the class, which is a class of its own."""
    log_size: bool = False
    """Whether the size is kept as a log."""
    of_size: tuple[str, ...] = ()
    """Whole numbers that follow size and stay with it."""

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns named, in the order of the groups."""
        return (
            *self.of_class,
            self.size,
            *self.amounts,
            *self.means,
            *self.counts,
            *self.logs,
            *self.log_odds,
            *self.partners,
            *self.of_partners,
            *self.ages,
            *self.of_size,
            *self.kept,
        )


def _kept(**reasons: tuple[str, ...]) -> dict[str, str]:
    texts = {
        "identity": IDENTITY,
        "place": PLACE,
        "taken": TAKEN,
        "record": RECORD,
        "eligible": ELIGIBLE,
        "contract": CONTRACT,
        "own_size": OWN_SIZE,
        "difference": DIFFERENCE,
    }
    return {name: texts[reason] for reason, names in {"identity": BUILT_IN, **reasons}.items() for name in names}


LIKENESS: Mapping[type[ArrayAgent], Likeness] = {
    Issuer: Likeness(
        of_class=(
            "issuer_class",
            "rating",
            "market_access",
            "securitisable",
            "hard_technology",
            "green",
            "bank_tier",
            "registered",
            "applied",
            "needs_yuan",
        ),
        size="debt_bn",
        amounts=("maturing_bn", "cash_bn", "assets_bn", "need_bn", "certificates_bn", "usual_certificates_bn"),
        means=(
            "firms",
            "listed_firms",
            "leverage_target",
            "own_return",
            "leverage_gap",
            "return_gap",
            "overdraft",
            "house_bank_capital",
            "market_habit",
            "worse_borrowers",
            "pool_quality_loss",
            "score",
            "rollover_pressure",
        ),
        counts=("unmet_months",),
        partners=("house_bank", "lead_underwriter"),
        of_partners=("house_bank_usual",),
        of_size=("tranches",),
        kept=_kept(
            place=("industry", "province", "renewal_month"),
            taken=("waiting_for", "waiting_months", "queue_stage", "accepts_ecny", "insured", "yuan_share"),
            record=("last_choice", "allowances_bought", "premium", "defaulted_bn", "distressed"),
            eligible=("pool_rank", "asset_rank", "risk_rank"),
            contract=("tenor_months",),
            own_size=("trade_weight",),
            difference=("emissions", "abatement_cost"),
        ),
    ),
    ForeignInvestor: Likeness(
        of_class=("group", "index_family", "bloc"),
        size="assets_usd_bn",
        amounts=("holdings_bn", "net_purchases_bn"),
        means=(
            "weight",
            "opening_weight",
            "target_weight",
            "client_flow",
            "recent_buying",
            "peer_shift",
            "trust",
            "inaction_band",
            "experience",
            "home_bias_shift",
        ),
        logs=("base_log_weight", "own_view"),
        kept=_kept(),
    ),
    ForeignEquityInvestor: Likeness(
        of_class=("style", "bloc"),
        size="assets_usd_bn",
        amounts=("holdings_bn", "net_purchases_bn"),
        means=("opening_weight", "inaction_band"),
        log_odds=("base_log_odds",),
        kept=_kept(),
    ),
    FinancialInstitution: Likeness(
        of_class=("sector", "foreign", "headquarters"),
        size="assets_bn",
        amounts=(
            "liabilities_bn",
            "equity_bn",
            "opening_equity_bn",
            "income_bn",
            "losses_bn",
            "payout_bn",
            "raised_bn",
            "bonds_bn",
            "managed_assets",
            "commitment_bn",
        ),
        means=(
            "trust",
            "capital_room",
            "excess_leverage",
            "normal_equity_ratio",
            "profitability",
            "opening_profitability",
            "opening_capital_gap",
            "normal_leverage",
            "leverage",
            "opening_leverage",
            "bond_of_experience",
            "bond_of_size",
            "unit_cost",
            "trailing_excess_return",
            "local_leaning",
            "cips_share",
            "ceded_locally",
        ),
        ages=("years_before",),
        split_by=("normal_leverage",),
        kept=_kept(
            place=("district", "neighbours"),
            taken=("adopted",),
            record=("founding_terms", "founding_weighed_month", "supplier_terms", "supplier_chosen_month"),
            contract=("interbank_lent_bn", "interbank_borrowed_bn", "repo_lent_bn", "repo_borrowed_bn", "supplier"),
        ),
    ),
    FintechFirm: Likeness(
        of_class=("kind", "in_shanghai", "centre"),
        size="log_size",
        amounts=("capital",),
        means=(
            "age_months",
            "months_since_round",
            "capability",
            "growth",
            "attraction_seen",
            "volatility_by_clients",
            "growth_by_clients",
        ),
        counts=("funding_round",),
        log_size=True,
        kept=_kept(
            place=("district", "parent"),
            taken=("sandbox_months",),
            record=("growth_terms", "funding_terms", "move_terms", "city_weighed_month", "client_terms"),
            contract=("clients_here", "clients_elsewhere"),
        ),
    ),
}
"""How each kind of agent is made alike."""
