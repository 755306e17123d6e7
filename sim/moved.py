"""Former names: what replaced them."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from scenarios.errors import Problem, unknown
from scenarios.problem_texts import coded

MODULES = {
    "sim.accounts": "sim.closing.accounts",
    "sim.arrivals": "sim.institutions.arrivals",
    "sim.as_written": "sim.provenance.as_written",
    "sim.balance_sheets": "sim.institutions.balance_sheets",
    "sim.bank_failure": "sim.failures.institution_failure",
    "sim.bank_failures": "sim.failures.bank_issuer_failure",
    "sim.banking.failure": "sim.failures.institution_failure",
    "sim.banking.small_bank_failure": "sim.failures.small_bank_failure",
    "sim.base_year_sums": "sim.base_year.sums",
    "sim.baseline": "scenarios.baseline",
    "sim.bond_market.bank_issuer_failure": "sim.failures.bank_issuer_failure",
    "sim.carbon": "sim.side_markets.carbon",
    "sim.certificates": "sim.bond_market.certificates",
    "sim.city": "sim.institutions.city",
    "sim.companions": "sim.closing.companions",
    "sim.credit_events": "sim.financing.credit_events",
    "sim.cross_border_funds": "sim.side_markets.private_funds",
    "sim.digital_currency": "sim.side_markets.digital_yuan",
    "sim.direct_financing": "sim.financing.direct_financing",
    "sim.districts": "sim.institutions.districts",
    "sim.explanations": "sim.inspection.explanations",
    "sim.foreign_equity": "sim.trading.foreign_shareholders",
    "sim.foreign_flows": "sim.bond_market.foreign_investors",
    "sim.history": "sim.solving.history",
    "sim.index_weights": "sim.bond_market.index_weights",
    "sim.indicators": "sim.closing.indicators",
    "sim.insurance": "sim.side_markets.insurance",
    "sim.interactions": "sim.world.interactions",
    "sim.interbank": "sim.banking.interbank",
    "sim.issuance": "sim.financing.issuance",
    "sim.issuance_spillover": "sim.financing.issuance_spillover",
    "sim.kernels": "sim.provenance.kernels",
    "sim.ledger": "sim.accounting.ledger",
    "sim.levels": "sim.solved_constants, and solved.py of each market",
    "sim.levels_cache": "sim.solving.cache",
    "sim.leverage": "sim.banking.leverage",
    "sim.licences": "sim.institutions.licences",
    "sim.listings": "sim.financing.listings",
    "sim.loaded_code": "sim.provenance.loaded_code",
    "sim.location": "sim.institutions.location",
    "sim.luck": "sim.world.random_streams",
    "sim.macro": "sim.world.macro",
    "sim.managed_assets": "sim.institutions.managed_assets",
    "sim.market_making": "sim.trading.market_making",
    "sim.maturities": "sim.financing.maturities",
    "sim.model_digest": "sim.provenance.model_digest",
    "sim.notices": "sim.provenance.notices",
    "sim.one_run": "sim.runs.one_run",
    "sim.panda_bonds": "sim.financing.panda_bonds",
    "sim.policy": "sim.world.policy",
    "sim.primary_market": "sim.bond_market.primary_market",
    "sim.public_supply": "sim.bond_market.public_supply",
    "sim.result": "sim.runs.result",
    "sim.rivals": "sim.institutions.rivals",
    "sim.secondary": "readings.py of each market",
    "sim.securities": "sim.accounting.securities",
    "sim.shared_past": "sim.runs.shared_past",
    "sim.shock_values": "sim.world.shock_values",
    "sim.shocks": "scenarios.shock_paths and sim.world.shock_values",
    "sim.small_firm_credit": "sim.financing.small_firm_credit",
    "sim.solving.sums": "sim.closing.base_year_sums",
    "sim.start": "sim.base_year.first_agents",
    "sim.starting_point": "sim.financing.issuers_2019",
    "sim.symmetric": "sim.world.symmetric",
    "sim.tables": "sim.base_year.tables",
    "sim.trade_settlement": "sim.side_markets.trade_settlement",
    "sim.triggers": "sim.opening.triggers",
    "sim.underwriting": "sim.financing.underwriting",
    "sim.vintage": "sim.base_year.base_year",
    "sim.world_readings": "sim.world.conditions",
}
"""Modules by their former names."""

ATTRIBUTES = {
    "adopters": "state(Adopters)",
    "bank_failures": "state(BankFailures).failures",
    "bank_stress": "state(BankStress).stress",
    "china_yield_pct": "sim.bond_market.state.china_yield_pct",
    "city_states": "state(City).slow_states",
    "commitments": "state(Commitments)",
    "contagion": "state(Contagion)",
    "defaults": "state(Defaults)",
    "direct_financing_bn": "state(DirectFinancing).month_bn",
    "district_shares": "state(Districts).shares",
    "financing_history": "state(DirectFinancing).recent_bn",
    "foreign_net_purchases_bn": "state(ForeignFlow).net_purchases_bn",
    "foreign_signals": "state(ForeignDemand).signals",
    "geopolitical_tension": "state(Geopolitics).tension",
    "institutions_by_class": "sim.institutions.location.institutions_by_class(centre.institutions)",
    "interbank": "state(InterbankClaims).loans",
    "levels": "solution",
    "licence_queue": "state(LicenceQueue).waiting",
    "luck": "draws",
    "panda_cumulative_bn": "state(PandaProgramme).cumulative_bn",
    "payments": "state(CrossBorderPayments)",
    "premiums": "state(Premiums)",
    "price_influence": "state(PriceDiscovery).influence",
    "rival_centres": "state(RivalCentres).answer",
    "rival_seats": "state(RivalCentres).seats",
    "states_now": "states",
    "us_yield_pct": "sim.world.conditions.us_yield_pct",
    "year_2020": "state(BaseYearSums)",
}
"""Attributes of `FinancialCenter` by their former names."""


INDICATORS = {"leading_fintech_absolute": "leading_fintech_count"}
"""Indicators by their former names."""


def unknown_indicator(name: str, known: Iterable[str], key: str) -> Problem:
    """The problem of an indicator that is not recorded: it names what replaced one of a former name."""
    names = list(known)
    now = INDICATORS.get(name)
    allowed = coded("allowed.use", form=now) if now in names else coded("allowed.see_indicators")
    return unknown("indicator", name, names, key=key, allowed=allowed)


def hint(name: str, states: Mapping[Any, Any]) -> str:
    """What replaced an attribute of the centre, or the states with a field of that name; empty without either."""
    found = [ATTRIBUTES[name]] if name in ATTRIBUTES else []
    for kind, state in states.items():
        if not found and is_dataclass(state) and name in {field.name for field in fields(state)}:
            found.append(f"state({kind.__name__}).{name}")
    return f"; use {found[0]}" if found else ""


class FormerModules:
    """A finder of modules that names the new place of those that moved; it is consulted after all others."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        """Refuse a former name.

        Raises
        ------
        ModuleNotFoundError
            If the module moved: it names the new place.
        """
        if name in MODULES:
            raise ModuleNotFoundError(f"{name} moved: use {MODULES[name]}", name=name)


def name_new_places() -> None:
    """Let imports of former modules name the new places, from now on."""
    if FormerModules not in sys.meta_path:
        sys.meta_path.append(FormerModules)
