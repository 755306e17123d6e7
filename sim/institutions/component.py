"""The institutions of the city, their location among six centres and the assets that they manage."""

from collections.abc import Iterator

import numpy as np

from agents.districts import NOWHERE
from agents.institutions import FinancialInstitution, Institutions
from sim.component import Changes, Component, Explanation, Identity, Step
from sim.institutions.balance_sheets import balance_sheets_grow
from sim.institutions.city import city_states_move
from sim.institutions.districts import districts_crowd
from sim.institutions.equity import equity_terms, institutions_earn_and_lose
from sim.institutions.licences import licence_queue_moves
from sim.institutions.location import entrants_choose, institutions_leave_and_move, seat_terms, staying_terms
from sim.institutions.managed_assets import managed_assets_grow
from sim.institutions.readings import READINGS
from sim.institutions.rivals import rivals_answer
from sim.institutions.solved import INSTITUTIONS_SOLVED
from sim.institutions.start import start_institutions
from sim.institutions.state import (
    Adopters,
    City,
    Districts,
    EquityFlows,
    LicenceQueue,
    ManagedMoney,
    RivalCentres,
    SeatFlows,
    SectorTraits,
    ServiceOutage,
)


def institutions_open(
    institutions: Changes[Institutions],
    seats: Changes[SeatFlows],
    managed: Changes[ManagedMoney],
    adopters: Changes[Adopters],
    equity_flows: Changes[EquityFlows],
) -> None:
    """Take the stocks before the month; no flows yet."""
    institutions["opening_equity_bn"][:] = institutions["equity_bn"]
    for flow in ("income_bn", "losses_bn", "payout_bn", "raised_bn"):
        institutions[flow][:] = 0.0
    equity_flows.opening_bn = float(institutions["equity_bn"].sum())
    equity_flows.brought_along_bn = equity_flows.taken_along_bn = 0.0
    seats.opening = len(institutions)
    seats.entries = seats.exits = seats.moved_in = seats.moved_out = 0
    managed.opening = float(institutions["managed_assets"].sum())
    managed.returns = managed.net_flow = managed.brought_along = managed.taken_along = 0.0
    adopters.opening, adopters.adopted, adopters.left = int(institutions["adopted"].sum()), 0, 0


def institution_identities(
    institutions: Institutions,
    seats: SeatFlows,
    queue: LicenceQueue,
    managed: ManagedMoney,
    adopters: Adopters,
    equity_flows: EquityFlows,
) -> Iterator[Identity]:
    """Counts, the queue for licences, managed money, adopters and equity move by their flows."""
    yield (
        "institutions",
        float(len(institutions)),
        float(seats.opening + seats.entries + seats.moved_in - seats.exits - seats.moved_out),
    )
    yield "queue for licences", float(queue.filed), float(queue.licensed + queue.withdrawn + queue.waiting.sum())
    yield (
        "assets under management",
        float(institutions["managed_assets"].sum()),
        managed.opening + managed.returns + managed.net_flow + managed.brought_along - managed.taken_along,
    )
    yield (
        "adopters fall by exit alone",
        float(institutions["adopted"].sum()),
        float(adopters.opening + adopters.adopted - adopters.left),
    )
    flows = (
        institutions["income_bn"] - institutions["losses_bn"] - institutions["payout_bn"] + institutions["raised_bn"]
    )
    equity, before = institutions["equity_bn"], institutions["opening_equity_bn"]
    total = float(equity.sum())
    yield "equity of each institution", total + float(np.abs(equity - before - flows).sum()), total
    yield (
        "equity of the city's institutions",
        float(before.sum()),
        equity_flows.opening_bn + equity_flows.brought_along_bn - equity_flows.taken_along_bn,
    )
    yield "institutions by district", float((institutions["district"] != NOWHERE).sum()), float(len(institutions))


INSTITUTIONS = Component(
    name="institutions",
    states=(
        SectorTraits,
        City,
        RivalCentres,
        Districts,
        LicenceQueue,
        SeatFlows,
        ManagedMoney,
        Adopters,
        EquityFlows,
        ServiceOutage,
    ),
    start=start_institutions,
    opens=institutions_open,
    streams=(
        "institution.exit_and_move",
        "institution.relocation",
        "institution.entry",
        "institution.licence",
        "institution.managed_assets",
        "institution.neighbours",
        "institution.years",
        "institution.balance_sheet",
        "city.district",
    ),
    steps=(
        Step(city_states_move, owner="City"),
        Step(rivals_answer, owner="City"),
        Step(districts_crowd, owner="City"),
        Step(institutions_leave_and_move, owner="FinancialInstitution"),
        Step(licence_queue_moves, owner="FinancialInstitution"),
        Step(entrants_choose, owner="FinancialInstitution"),
        Step(balance_sheets_grow, owner="FinancialInstitution"),
        Step(institutions_earn_and_lose, owner="FinancialInstitution"),
        Step(managed_assets_grow, owner="FinancialInstitution"),
    ),
    readings=READINGS,
    identities=institution_identities,
    explanations=(
        Explanation(FinancialInstitution, "staying", "log odds of staying open over closing", staying_terms),
        Explanation(
            FinancialInstitution,
            "seat",
            "log odds of the seat in Shanghai over the best rival, if reconsidered",
            seat_terms,
        ),
        Explanation(FinancialInstitution, "equity", "change of equity over the month", equity_terms),
    ),
    solving=INSTITUTIONS_SOLVED,
)
