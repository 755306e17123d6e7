"""The failure of a bank, shown on the network of claims link by link and round by round."""

from typing import TYPE_CHECKING, Any

import numpy as np
import solara

from app.web import charts, session
from app.web.components import Chart, Form, Table
from app.web.link import BETWEEN
from app.web.recorded import Record, run_told
from app.web.words import Words
from scenarios.calendar import month_ordinal
from scenarios.schema import Scenario
from sim.evidence.bank_network import BankNetwork

if TYPE_CHECKING:
    from agents.arrays import Floats
    from sim.stress.debtrank import DebtRank
    from sim.stress.links import LinkLosses

SCALE = 0.05
"""Share of the issuers in the run; institutions and their claims are all there."""
SEED = 1
SHOWN = 16
"""Largest banks in the picture."""
ROUNDS = ("1", "2", "3", "5", "10", "end")
YEARS = ("2021", "2022", "2023", "2024", "2025")
BANKS = tuple(str(place) for place in range(1, SHOWN + 1))
USUAL = {"year": "2025", "bank": "1", "rounds": "end"}
LINKS = 8
"""Claims in the table."""


@solara.component
def FailureShown(scenario: Scenario) -> None:
    """Choose a year and a bank, let it fail, and follow the losses."""
    words = session.words()
    chosen = choices()
    wanted, set_wanted = solara.use_state("")

    def network() -> BankNetwork | None:
        return network_at(scenario, wanted) if wanted in whole_years(scenario) else None

    found = solara.use_memo(network, [scenario.content_hash(), wanted])
    years = whole_years(scenario)
    if not years:
        solara.Div(classes=["lj-note"], children=[words("failure.no_year", month=scenario.end)])
        return
    year = chosen["year"] if chosen["year"] in years else years[-1]
    options = {"year": years, "bank": list(BANKS), "rounds": list(ROUNDS)}

    def choose(event: dict[str, str]) -> None:
        if event["value"] in options.get(event["id"], ()):
            # On top of what was chosen meanwhile, not of what was drawn last.
            now = {**choices(), event["id"]: event["value"]}
            session.look(failed=BETWEEN.join(now.values()) if now != USUAL else "")

    solara.HTML(tag="h2", unsafe_innerHTML=words("failure.title"))
    solara.Div(classes=["lj-muted"], children=[words("failure.note", scale=f"{SCALE:.0%}")])
    fields = [
        {
            "id": field,
            "label": words(f"failure.{field}"),
            "value": year if field == "year" else chosen[field],
            "options": [{"value": each, "text": words("failure.end") if each == "end" else each} for each in values],
        }
        for field, values in options.items()
    ]
    buttons = [{"id": "fail", "text": words("failure.start"), "off": False}]
    Form(fields=fields, buttons=buttons, event_chosen=choose, event_pressed=lambda _: set_wanted(year))
    if found is None:
        return
    rounds = None if chosen["rounds"] == "end" else int(chosen["rounds"])
    record = run_told(_smaller(scenario), SEED, f"{wanted}-12", words)
    _spread(found, int(chosen["bank"]) - 1, rounds, wanted, record, words)


def choices(told: str | None = None) -> dict[str, str]:
    """Year, bank and rounds of a link, by default of the session's; the usual where one is missing or not offered."""
    asked = (*(session.viewed("failed") if told is None else told).split(BETWEEN), "", "", "")[:3]
    offered = {"year": YEARS, "bank": BANKS, "rounds": ROUNDS}
    return {name: text if text in offered[name] else USUAL[name] for name, text in zip(offered, asked, strict=True)}


def whole_years(scenario: Scenario) -> list[str]:
    """Years of the scenario that end within it."""
    return [year for year in YEARS if month_ordinal(f"{year}-12") <= month_ordinal(scenario.end)]


def network_at(scenario: Scenario, year: str) -> BankNetwork:
    """The banks at the end of a year of one run of a scenario with a part of its issuers."""
    from sim.model import FinancialCenter

    centre = FinancialCenter(_smaller(scenario), rng=SEED)
    while centre.month < month_ordinal(f"{year}-12"):
        centre.step()
    return BankNetwork.of(centre)


def _smaller(scenario: Scenario) -> Scenario:
    return scenario.with_changes(scale=min(scenario.scale, SCALE))


def _spread(network: BankNetwork, bank: int, rounds: int | None, year: str, record: Record, words: Words) -> None:
    found, losses = network.failure(bank, rounds)
    equity = float(network.equity.sum())
    lost = float((network.equity * (found.distress - found.shock)).sum())
    hit = int(((found.distress > 0.001) & (found.shock == 0.0)).sum())
    told = words(
        "failure.told",
        bank=bank + 1,
        year=year,
        equity=amount(float(network.equity[bank]), words),
        hit=hit,
        banks=len(network.equity) - 1,
        lost=amount(lost, words),
        share=f"{lost / (equity - network.equity[bank]):.2%}",
    )
    solara.Div(classes=["lj-answer"], children=[told], attributes={"data-failure": str(bank + 1)})
    with solara.Div(classes=["lj-charts"]):
        Chart(
            option=charts.network(_nodes(network.equity, found, words), _links(losses)),
            title=words("failure.picture", number=SHOWN),
            subtitle=words("failure.colours"),
            caption=words("failure.caption", told=told, rounds=words("failure.end") if rounds is None else str(rounds)),
            name="failure",
            record=record,
            height=420,
        )
    rows = [
        [str(borrower + 1), str(lender + 1), amount(lost, words)]
        for lender, borrower, lost in zip(
            losses.lender[:LINKS].tolist(), losses.borrower[:LINKS].tolist(), losses.lost[:LINKS].tolist(), strict=True
        )
    ]
    heads = [words(f"failure.{column}") for column in ("debtor", "creditor", "lost")]
    Table(title=words("failure.links"), heads=heads, rows=rows)


def amount(amount_bn: float, words: Words) -> str:
    """An amount of CNY bn, in the unit that the language uses: CNY bn, or hundreds of millions."""
    return f"{10.0 * amount_bn:.1f}亿元" if words.language == "zh" else f"CNY {amount_bn:,.2f} bn"


def _nodes(equity: "Floats", found: "DebtRank", words: Words) -> list[dict[str, Any]]:
    """The largest banks: area by equity, red by the share of it that is lost."""
    largest = float(equity.max(initial=0.0)) or 1.0
    return [
        {
            "name": str(place + 1),
            "symbolSize": 10.0 + 30.0 * float(np.sqrt(own / largest)),
            "value": words("failure.of_bank", equity=amount(float(own), words), lost=f"{distress:.1%}"),
            "itemStyle": {"color": charts.RED if distress == 1.0 else charts.shade_of(float(distress))},
        }
        for place, (own, distress) in enumerate(zip(equity[:SHOWN], found.distress[:SHOWN], strict=True))
    ]


def _links(losses: "LinkLosses") -> list[dict[str, Any]]:
    """Claims with a loss between the banks shown, from the debtor to the creditor that loses."""
    top = float(losses.lost.max(initial=0.0)) or 1.0
    return [
        {
            "source": str(borrower + 1),
            "target": str(lender + 1),
            "value": round(lost, 3),
            "lineStyle": {"width": 0.5 + 6.0 * lost / top, "color": charts.RED},
        }
        for lender, borrower, lost in zip(
            losses.lender.tolist(), losses.borrower.tolist(), losses.lost.tolist(), strict=True
        )
        if lender < SHOWN and borrower < SHOWN
    ]
