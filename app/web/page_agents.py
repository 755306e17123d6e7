"""One run month by month: where agents are, how large, whom they owe, and why each decided as it did."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import solara

from agents.districts import District
from agents.institutions import Sector
from app.web import charts, session
from app.web.components import Chart, Form, Table
from app.web.money_moves import MoneyMoves
from scenarios.calendar import BASELINE, month_text
from scenarios.errors import InputError
from sim.banking.state import InterbankClaims
from sim.components import EXPLAINED
from sim.institutions.location import institutions_by_class

if TYPE_CHECKING:
    from agents.population import Population
    from app.web.words import Words
    from sim.model import FinancialCenter

LARGEST_SHOWN = 15
BANKS_SHOWN = 16
LARGEST_SCALE = 0.2
"""Share of the issuers that a session's own model may hold."""

PLACES = {
    District.HONGQIAO: (12.0, 30.0),
    District.XUHUI_RIVERSIDE: (30.0, 66.0),
    District.BUND: (34.0, 36.0),
    District.NORTH_BUND: (42.0, 12.0),
    District.YANGPU_RIVERSIDE: (64.0, 10.0),
    District.LUJIAZUI: (58.0, 38.0),
    District.ZHANGJIANG: (80.0, 38.0),
    District.LINGANG: (88.0, 72.0),
    District.REST_OF_CITY: (60.0, 70.0),
}
"""Where districts stand in the schematic map, per cent from its upper left: north is up, distances mean nothing."""
LARGEST_DISTRICT = 26.0
"""Radius of the largest district, per cent of the smaller side of the picture."""

SIZE = {
    "FinancialInstitution": ("assets_bn", "CNY bn"),
    "ForeignInvestor": ("holdings_bn", "CNY bn"),
    "ForeignEquityInvestor": ("holdings_bn", "CNY bn"),
    "FintechFirm": ("log_size", "log"),
    "Issuer": ("cash_bn", "CNY bn"),
}
IN_CHINESE = 10.0
"""Factor from CNY bn to 0.1 bn, in which Chinese gives amounts."""
DECISIONS = {kind.__name__: tuple(decisions) for kind, decisions in EXPLAINED.items()}


@dataclass
class Replay:
    """A run of the session and the sizes of the agent that is looked at."""

    centre: "FinancialCenter"
    followed: list[tuple[str, float]]


@solara.component
def AgentsPage() -> None:
    """The page."""
    words, desk = session.words(), session.desk.value
    seed, set_seed = solara.use_state(1)
    again, set_again = solara.use_state(0)
    seen, set_seen = solara.use_state(0)
    kind, set_kind = solara.use_state("FinancialInstitution")
    agent_id, set_agent_id = solara.use_state(-1)
    decision, set_decision = solara.use_state("staying")
    scenario = replace(desk, scale=min(desk.scale, LARGEST_SCALE)).scenario()

    def begin() -> Replay:
        from sim.model import FinancialCenter

        centre = FinancialCenter(scenario, rng=seed)
        centre.step()
        return Replay(centre, [])

    replay = solara.use_memo(begin, [scenario.content_hash(), seed, again])
    centre = replay.centre

    def advance(months: int) -> None:
        for _ in range(months):
            if centre.month < centre.last_month:
                centre.step()
                _follow(replay, kind, agent_id)
        set_seen(seen + 1)

    def pressed(button: str) -> None:
        if button == "again":
            set_agent_id(-1)
            set_again(again + 1)
        else:
            advance(12 if button == "year" else 1)

    def chosen(event: dict[str, str]) -> None:
        value = event["value"]
        if event["id"] == "kind" and value in SIZE:
            set_kind(value)
            set_agent_id(-1)
            set_decision(DECISIONS[value][0])
        elif event["id"] == "decision" and value in DECISIONS[kind]:
            set_decision(value)
        elif event["id"] == "seed" and value.isdecimal() and len(value) < 7:
            set_seed(int(value))

    def pick(text: str) -> None:
        if text.isdecimal():
            replay.followed.clear()
            set_agent_id(int(text))
            _follow(replay, kind, int(text))

    with solara.Div(classes=["lj-page"], attributes={"id": "lj-main", "role": "main"}):
        solara.HTML(tag="h1", unsafe_innerHTML=words("agents.heading"))
        MoneyMoves()
        solara.HTML(tag="h2", unsafe_innerHTML=words("agents.reasons"))
        solara.Div(classes=["lj-note"], children=[words("agents.told")])
        kinds = [{"value": each, "text": words(f"kind.{each}")} for each in SIZE]
        fields = [
            {"id": "seed", "label": words("agents.seed"), "value": seed, "type": "number", "min": 0, "max": 999_999},
            {"id": "kind", "label": words("agents.kind"), "value": kind, "options": kinds},
            {
                "id": "decision",
                "label": words("agents.decision"),
                "value": decision,
                "options": [{"value": each, "text": words(f"decision.{each}")} for each in DECISIONS[kind]],
            },
        ]
        over = centre.month >= centre.last_month
        buttons = [
            {"id": "month", "text": words("agents.forward"), "off": over},
            {"id": "year", "text": words("agents.year"), "off": over},
            {"id": "again", "text": words("agents.again"), "off": centre.month == BASELINE + 1},
        ]
        Form(fields=fields, buttons=buttons, event_chosen=chosen, event_pressed=pressed)
        months = {"data-month": month_text(centre.month), "aria-live": "polite"}
        solara.HTML(tag="h2", unsafe_innerHTML=f"{words('agents.month')} {month_text(centre.month)}", attributes=months)
        with solara.Div(classes=["lj-charts"]):
            _places(centre, words)
            _network(centre, words)
            _sizes(centre, kind, words)
        _people(centre, kind, words, pick)
        if agent_id >= 0:
            _why(replay, kind, agent_id, decision, words)


def size_told(kind: str, words: "Words") -> tuple[str, float]:
    """Name of the size of a kind of agent with its unit, and the factor from the column to that unit."""
    column, unit = SIZE[kind]
    return words(f"size.{column}"), IN_CHINESE if unit == "CNY bn" and words.language == "zh" else 1.0


def _population(centre: "FinancialCenter", kind: str) -> "Population[Any]":
    return next(each for each in centre.populations.values() if each.agent_type.__name__ == kind)


def _follow(replay: Replay, kind: str, agent_id: int) -> None:
    """Note the size of the agent that is looked at."""
    population = _population(replay.centre, kind)
    row = int(population.rows_of([agent_id])[0]) if agent_id >= 0 else -1
    if row >= 0:
        replay.followed.append((month_text(replay.centre.month), float(population[SIZE[kind][0]][row])))


def _places(centre: "FinancialCenter", words: "Words") -> None:
    institutions = centre.institutions
    foreign = institutions["foreign"]
    place, sector = institutions["district"], institutions["sector"]
    names = (words("table.domestic"), words("table.foreign"))
    by_owner = {
        name: np.bincount(place[mask], minlength=len(District)).tolist()
        for name, mask in zip(names, (~foreign, foreign), strict=True)
    }
    by_sector = {
        words(f"sector.{each.name}"): np.bincount(place[sector == each], minlength=len(District)).tolist()
        for each in Sector
    }
    points = {words(f"district.{each.name}"): PLACES[each] for each in District}
    Chart(
        option=charts.pies(points, by_owner, by_sector, LARGEST_DISTRICT),
        title=words("agents.districts"),
        subtitle=words("agents.schematic"),
        name="districts",
        height=460,
    )
    by_class = {
        name: count.tolist() for name, count in zip(names, institutions_by_class(centre.institutions).T, strict=True)
    }
    labels = [words(f"sector.{each.name}") for each in Sector]
    Chart(option=charts.bars(labels, by_class, stacked=True), title=words("agents.classes"), name="classes", height=330)


def _network(centre: "FinancialCenter", words: "Words") -> None:
    claims = centre.state(InterbankClaims).loans
    ids, totals = np.unique(np.concatenate([claims.lender, claims.borrower]), return_inverse=True)
    weight = np.bincount(totals, weights=np.tile(claims.amount_bn, 2), minlength=len(ids)) if len(ids) else np.zeros(0)
    shown = set(ids[np.argsort(-weight)[:BANKS_SHOWN]].tolist())
    largest = float(weight.max()) if len(weight) else 1.0
    nodes = [
        {"name": str(id), "symbolSize": 8 + 24 * float(amount) / largest, "value": round(float(amount), 1)}
        for id, amount in zip(ids.tolist(), weight, strict=True)
        if id in shown
    ]
    top = float(claims.amount_bn.max()) if len(claims.amount_bn) else 1.0
    links = [
        {
            "source": str(lender),
            "target": str(borrower),
            "value": round(amount, 2),
            "lineStyle": {"width": 0.5 + 5 * amount / top},
        }
        for lender, borrower, amount in zip(
            claims.lender.tolist(), claims.borrower.tolist(), claims.amount_bn.tolist(), strict=True
        )
        if lender in shown and borrower in shown
    ]
    Chart(
        option=charts.network(nodes, links),
        title=words("agents.network"),
        subtitle=words("agents.network_unit"),
        name="network",
        height=330,
    )


def _sizes(centre: "FinancialCenter", kind: str, words: "Words") -> None:
    column, (name, times) = SIZE[kind][0], size_told(kind, words)
    values = np.asarray(_population(centre, kind)[column], dtype=np.float64) * times
    option = charts.histogram(values, name, logarithmic=column != "log_size")
    Chart(
        option=option,
        title=words("agents.sizes", what=words(f"kind.{kind}")),
        subtitle=words("agents.count"),
        name="sizes",
        height=300,
    )


def _people(centre: "FinancialCenter", kind: str, words: "Words", pick: Any) -> None:
    population = _population(centre, kind)
    column, (name, times) = SIZE[kind][0], size_told(kind, words)
    values = population[column] * times
    rows = np.argsort(-values)[:LARGEST_SHOWN]
    shown = []
    for row in rows:
        if kind == "FinancialInstitution":
            sector = Sector(int(population["sector"][row]))
            district = District(int(population["district"][row]))
            what = f"{words(f'sector.{sector.name}')}, {words(f'district.{district.name}')}"
        else:
            what = words(f"kind.{kind}")
        shown.append([str(int(population.unique_ids[row])), what, f"{float(values[row]):,.2f}"])
    heads = [words("table.id"), words("table.kind"), name]
    Table(title=words("agents.pick"), heads=heads, rows=shown, clickable=True, event_picked=pick)


def _why(replay: Replay, kind: str, agent_id: int, decision: str, words: "Words") -> None:
    centre = replay.centre
    try:
        table = centre.explain(centre.agent(kind, agent_id), decision=decision)
    except InputError:
        solara.Div(classes=["lj-note"], children=[words("agents.gone")])
        return
    rows = [[str(row.term), f"{row.value:+.4f}", str(row.unit)] for row in table.itertuples()]
    solara.Div(classes=["lj-effects"], children=[sum_told(list(table.itertuples()), words)])
    heads = [words("table.term"), words("table.value"), words("table.unit")]
    title = words("agents.why", kind=words(f"kind.{kind}"), id=agent_id, decision=words(f"decision.{decision}"))
    with solara.Div(attributes={"data-why": str(agent_id)}):
        Table(title=title, heads=heads, rows=rows)
    solara.Div(classes=["lj-muted"], children=[words("agents.adds", what=table.attrs["explains"])])
    if len(replay.followed) > 1:
        months = [month for month, _ in replay.followed]
        name, times = size_told(kind, words)
        sizes = [round(value * times, 4) for _, value in replay.followed]
        option = {
            "grid": {"left": 60, "right": 14, "top": 12, "bottom": 30},
            "xAxis": {"type": "category", "data": months},
            "yAxis": {"type": "value", "scale": True},
            "series": [{"type": "line", "data": sizes}],
        }
        Chart(option=option, title=words("agents.history"), subtitle=name, name="history", height=220)


LARGEST_TERMS = 3
"""Terms of a decision that its sentence names."""


def sum_told(rows: "list[Any]", words: "Words") -> str:
    """A decision in a sentence: the sum of its terms, and the largest of them."""
    largest = sorted(rows, key=lambda row: -abs(row.value))[:LARGEST_TERMS]
    terms = words("desk.comma").join(f"{row.term} {row.value:+.4g}" for row in largest)
    total = sum(float(row.value) for row in rows)
    return words("agents.sum", total=f"{total:+.4g}", unit=rows[0].unit if rows else "", terms=terms)
