"""One run month by month: where agents are, how large, whom they owe, and why each decided as it did."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import solara

from agents.districts import District
from agents.institutions import Sector
from app.web import charts, session
from app.web.components import Chart, Form, Table
from app.web.decided import IN_CHINESE, IN_YUAN, decision_told, term_rows, terms_of
from app.web.money_moves import MoneyMoves
from app.web.recorded import Record, run_told
from app.web.who import name_of, who
from scenarios.calendar import BASELINE, is_month, month_ordinal, month_text
from scenarios.errors import InputError
from scenarios.schema import Scenario
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

SIZE = {
    "FinancialInstitution": ("assets_bn", IN_YUAN),
    "ForeignInvestor": ("holdings_bn", IN_YUAN),
    "ForeignEquityInvestor": ("holdings_bn", IN_YUAN),
    "FintechFirm": ("log_size", "log"),
    "Issuer": ("cash_bn", IN_YUAN),
}
DECISIONS = {kind.__name__: tuple(decisions) for kind, decisions in EXPLAINED.items()}


VIEW, BETWEEN = "agent", "~"
"""Name of what the page shows in a link, and what stands between its parts."""
LARGEST_SEED = 999_999


@dataclass(frozen=True)
class Looked:
    """What the page shows: a seed, a kind of agents, one of their decisions, one of them or none, and a month."""

    seed: int = 1
    kind: str = next(iter(SIZE))
    decision: str = DECISIONS[next(iter(SIZE))][0]
    agent: int = -1
    month: str = ""

    @classmethod
    def read(cls, text: str) -> Self:
        """What a link names; the usual in place of what is missing or cannot be."""
        usual = cls()
        seed, kind, decision, agent, month = (*text.split(BETWEEN), *[""] * 5)[:5]
        kind = kind if kind in SIZE else usual.kind
        return cls(
            int(seed) if seed.isdecimal() and len(seed) < 7 else usual.seed,
            kind,
            decision if decision in DECISIONS[kind] else DECISIONS[kind][0],
            int(agent) if agent.isdecimal() and len(agent) < 10 else usual.agent,
            month if is_month(month) else usual.month,
        )

    @property
    def told(self) -> str:
        """The same as part of a link."""
        agent = str(self.agent) if self.agent >= 0 else ""
        return (
            BETWEEN.join((str(self.seed), self.kind, self.decision, agent, self.month)) if self != type(self)() else ""
        )


def look(**changes: Any) -> None:
    """Change what the page shows, on top of what was chosen meanwhile."""
    session.look(**{VIEW: replace(Looked.read(session.viewed(VIEW)), **changes).told})


@dataclass
class Replay:
    """A run of the session, the same draws under the baseline where asked for, and the agent that is looked at."""

    centre: "FinancialCenter"
    first_ids: dict[str, frozenset[int]]
    """Agents of the first month by kind: they have the same numbers in every run of the same seed."""
    followed: dict[str, float] = field(default_factory=dict)
    """Sizes of the agent by month."""
    other: "FinancialCenter | None" = None
    followed_there: dict[str, float] = field(default_factory=dict)

    @classmethod
    def begun(cls, centre: "FinancialCenter") -> Self:
        """The run after its first month."""
        centre.step()
        kinds = {each.agent_type.__name__: each for each in centre.populations.values()}
        return cls(centre, {kind: frozenset(kinds[kind].unique_ids.tolist()) for kind in SIZE})

    def brought_to(self, month: str, kind: str, agent_id: int) -> Self:
        """The run at a month of a link, or its last one, with an agent followed on the way."""
        last = min(month_ordinal(month), self.centre.last_month) if month else self.centre.month
        self.follow(kind, agent_id)
        while self.centre.month < last:
            self.advance(kind, agent_id)
        return self

    def advance(self, kind: str, agent_id: int) -> None:
        """A month in both runs."""
        for centre in (self.centre, self.other):
            if centre is not None and centre.month < centre.last_month:
                centre.step()
        self.follow(kind, agent_id)

    def compare(self, other: "FinancialCenter", kind: str, agent_id: int) -> None:
        """Bring the same draws under another policy to the month of this run."""
        self.other = other
        self.followed_there.clear()
        while other.month < self.centre.month:
            other.step()
            self._note(other, self.followed_there, kind, agent_id)

    def follow(self, kind: str, agent_id: int) -> None:
        """Note the size of the agent that is looked at."""
        self._note(self.centre, self.followed, kind, agent_id)
        if self.other is not None:
            self._note(self.other, self.followed_there, kind, agent_id)

    def forget(self) -> None:
        """Another agent is looked at."""
        self.followed.clear()
        self.followed_there.clear()

    def _note(self, centre: "FinancialCenter", sizes: dict[str, float], kind: str, agent_id: int) -> None:
        population = _population(centre, kind)
        row = int(population.rows_of([agent_id])[0]) if agent_id >= 0 else -1
        if row >= 0:
            sizes[month_text(centre.month)] = float(population[SIZE[kind][0]][row])


@solara.component
def AgentsPage() -> None:
    """The page."""
    words, desk = session.words(), session.desk.value
    again, set_again = solara.use_state(0)
    seen, set_seen = solara.use_state(0)
    looked = Looked.read(session.viewed(VIEW))
    seed, kind, decision, agent_id = looked.seed, looked.kind, looked.decision, looked.agent
    scenario = replace(desk, scale=min(desk.scale, LARGEST_SCALE)).scenario()

    baseline = replace(desk, scale=min(desk.scale, LARGEST_SCALE)).baseline_scenario()

    def centre_of(policy: Scenario) -> "FinancialCenter":
        from sim.model import FinancialCenter

        return FinancialCenter(policy, rng=seed)

    def begin() -> Replay:
        return Replay.begun(centre_of(scenario)).brought_to(looked.month, kind, agent_id)

    replay = solara.use_memo(begin, [scenario.content_hash(), baseline.content_hash(), seed, again])
    centre = replay.centre

    def pressed(button: str) -> None:
        if button == "again":
            look(agent=-1, month="")
            set_again(again + 1)
        elif button == "compare" and replay.other is None:
            replay.compare(centre_of(baseline), kind, agent_id)
        elif button == "compare":
            replay.other = None
            replay.followed_there.clear()
        else:
            for _ in range(12 if button == "year" else 1):
                replay.advance(kind, agent_id)
            look(month=month_text(replay.centre.month))
        set_seen(seen + 1)

    def chosen(event: dict[str, str]) -> None:
        value = event["value"]
        if event["id"] == "kind" and value in SIZE:
            replay.forget()
            look(kind=value, agent=-1, decision=DECISIONS[value][0])
        elif event["id"] == "decision" and value in DECISIONS[kind]:
            look(decision=value)
        elif event["id"] == "seed" and value.isdecimal() and len(value) < 7:
            look(seed=int(value))

    def pick(text: str) -> None:
        if text.isdecimal():
            replay.forget()
            replay.follow(kind, int(text))
            look(agent=int(text))

    with solara.Div(classes=["lj-page"], attributes={"id": "lj-main", "role": "main"}):
        solara.HTML(tag="h1", unsafe_innerHTML=words("agents.heading"))
        MoneyMoves()
        solara.HTML(tag="h2", unsafe_innerHTML=words("agents.reasons"))
        solara.Div(classes=["lj-note"], children=[words("agents.told")])
        kinds = [{"value": each, "text": words(f"kind.{each}")} for each in SIZE]
        fields = [
            {
                "id": "seed",
                "label": words("agents.seed"),
                "value": seed,
                "type": "number",
                "min": 0,
                "max": LARGEST_SEED,
            },
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
        against = charts.scenario_name(desk.baseline, words)
        compared = words("agents.compare", baseline=against) if replay.other is None else words("agents.no_compare")
        if agent_id >= 0:
            buttons.append({"id": "compare", "text": compared})
        Form(fields=fields, buttons=buttons, event_chosen=chosen, event_pressed=pressed)
        months = {"data-month": month_text(centre.month), "aria-live": "polite"}
        solara.HTML(tag="h2", unsafe_innerHTML=f"{words('agents.month')} {month_text(centre.month)}", attributes=months)
        with solara.Div(classes=["lj-charts"]):
            record = run_told(scenario, seed, month_text(centre.month), words)
            _places(centre, record, words)
            _network(centre, record, words)
            _sizes(centre, kind, record, words)
        _people(centre, kind, words, pick)
        if agent_id >= 0:
            _why(replay, kind, agent_id, decision, against, record, words)


def size_told(kind: str, words: "Words") -> tuple[str, float]:
    """Name of the size of a kind of agent with its unit, and the factor from the column to that unit."""
    column, unit = SIZE[kind]
    return words(f"size.{column}"), IN_CHINESE if unit == IN_YUAN and words.language == "zh" else 1.0


def _population(centre: "FinancialCenter", kind: str) -> "Population[Any]":
    return next(each for each in centre.populations.values() if each.agent_type.__name__ == kind)


def _places(centre: "FinancialCenter", record: Record, words: "Words") -> None:
    """Institutions by district and by class, domestic and foreign."""
    institutions = centre.institutions
    foreign, place = institutions["foreign"], institutions["district"]
    names = (words("table.domestic"), words("table.foreign"))
    by_district = {
        name: np.bincount(place[mask], minlength=len(District)).tolist()
        for name, mask in zip(names, (~foreign, foreign), strict=True)
    }
    by_class = {
        name: count.tolist() for name, count in zip(names, institutions_by_class(centre.institutions).T, strict=True)
    }
    _counts("districts", [words(f"district.{each.name}") for each in District], by_district, record, words)
    _counts("classes", [words(f"sector.{each.name}") for each in Sector], by_class, record, words)


def _counts(what: str, labels: list[str], by_owner: dict[str, list[int]], record: Record, words: "Words") -> None:
    """Counts of institutions as bars, domestic and foreign."""
    Chart(
        option=charts.bars(labels, by_owner, stacked=True),
        title=words(f"agents.{what}"),
        subtitle=words("agents.count"),
        name=what,
        record=record,
        height=330,
    )


def _network(centre: "FinancialCenter", record: Record, words: "Words") -> None:
    claims = centre.state(InterbankClaims).loans
    ids, totals = np.unique(np.concatenate([claims.lender, claims.borrower]), return_inverse=True)
    weight = np.bincount(totals, weights=np.tile(claims.amount_bn, 2), minlength=len(ids)) if len(ids) else np.zeros(0)
    largest = float(weight.max()) if len(weight) else 1.0
    times, unit = (IN_CHINESE if words.language == "zh" else 1.0), words.of_data(f"decided_unit.{IN_YUAN}", IN_YUAN)
    largest_ids = ids[np.argsort(-weight)[:BANKS_SHOWN]]
    rows = centre.institutions.rows_of(largest_ids)
    named = {
        int(id): name_of("FinancialInstitution", centre.institutions, int(row), words)
        for id, row in zip(largest_ids, rows, strict=True)
        if row >= 0
    }
    nodes = [
        {"name": named[id], "symbolSize": 8 + 24 * float(amount) / largest, "value": round(times * float(amount), 1)}
        for id, amount in zip(ids.tolist(), weight, strict=True)
        if id in named
    ]
    top = float(claims.amount_bn.max()) if len(claims.amount_bn) else 1.0
    links = [
        {
            "source": named[lender],
            "target": named[borrower],
            "value": round(times * amount, 2),
            "lineStyle": {"width": 0.5 + 5 * amount / top},
        }
        for lender, borrower, amount in zip(
            claims.lender.tolist(), claims.borrower.tolist(), claims.amount_bn.tolist(), strict=True
        )
        if lender in named and borrower in named
    ]
    Chart(
        option=charts.network(nodes, links),
        title=words("agents.network"),
        subtitle=words("agents.network_unit", number=len(nodes), unit=unit),
        name="network",
        record=record,
        height=330,
    )


def _sizes(centre: "FinancialCenter", kind: str, record: Record, words: "Words") -> None:
    column, (name, times) = SIZE[kind][0], size_told(kind, words)
    values = np.asarray(_population(centre, kind)[column], dtype=np.float64) * times
    option = charts.histogram(values, name, logarithmic=column != "log_size")
    Chart(
        option=option,
        title=words("agents.sizes", what=words(f"kind.{kind}")),
        subtitle=words("agents.count"),
        name="sizes",
        record=record,
        height=300,
    )


def _people(centre: "FinancialCenter", kind: str, words: "Words", pick: Any) -> None:
    population = _population(centre, kind)
    column, (name, times) = SIZE[kind][0], size_told(kind, words)
    values = population[column] * times
    rows = np.argsort(-values)[:LARGEST_SHOWN]
    shown = []
    for row in rows:
        what = who(kind, population, int(row), words)
        shown.append([str(int(population.unique_ids[row])), what, f"{float(values[row]):,.2f}"])
    heads = [words("table.id"), words("table.kind"), name]
    Table(title=words("agents.pick"), heads=heads, rows=shown, clickable=True, event_picked=pick)


def _why(
    replay: Replay, kind: str, agent_id: int, decision: str, baseline: str, record: Record, words: "Words"
) -> None:
    centre = replay.centre
    try:
        table = centre.explain(centre.agent(kind, agent_id), decision=decision)
    except InputError:
        solara.Div(classes=["lj-note"], children=[words("agents.gone")])
        return
    population = _population(centre, kind)
    name = who(kind, population, int(population.rows_of([agent_id])[0]), words)
    told = decision_told(decision, name, month_text(centre.month), table, words)
    solara.Div(classes=["lj-effects"], children=[told], attributes={"data-decided": str(agent_id), "role": "status"})
    rows = term_rows(terms_of(table, words))
    heads = [words("table.term"), words("table.value"), words("table.unit")]
    title = words("agents.why", who=name, decision=words(f"decision.{decision}"))
    with solara.Div(attributes={"data-why": str(agent_id)}):
        Table(title=title, heads=heads, rows=rows)
    explained = str(table.attrs["explains"])
    what = words.of_data(f"decided_sum.{explained}", explained)
    solara.Div(classes=["lj-muted"], children=[words("agents.adds", what=what)])
    _history(replay, kind, agent_id, baseline, record, words)


def _history(replay: Replay, kind: str, agent_id: int, baseline: str, record: Record, words: "Words") -> None:
    """The size of the agent on this page, and with the same draws under the baseline."""
    name, times = size_told(kind, words)
    months = list(replay.followed)
    lines = {words("page.desk"): replay.followed}
    if replay.other is not None:
        if agent_id not in replay.first_ids[kind]:
            solara.Div(classes=["lj-note"], children=[words("agents.came_later")])
        elif months[-1] not in replay.followed_there:
            solara.Div(classes=["lj-note"], children=[words("agents.left_there", baseline=baseline)])
        else:
            here, there = (times * sizes[months[-1]] for sizes in (replay.followed, replay.followed_there))
            told = words(
                "agents.same_draws",
                month=months[-1],
                what=name,
                here=f"{here:,.4g}",
                there=f"{there:,.4g}",
                baseline=baseline,
                gap=f"{here - there:+,.3g}",
            )
            solara.Div(classes=["lj-effects"], children=[told], attributes={"data-same-draws": str(agent_id)})
            lines[baseline] = replay.followed_there
            months = sorted({*months, *replay.followed_there})
    if len(months) > 1:
        series = [
            {
                "type": "line",
                "name": each,
                "data": [round(sizes[month] * times, 4) if month in sizes else None for month in months],
            }
            for each, sizes in lines.items()
        ]
        option = {
            "color": charts.PALETTE,
            "grid": {"left": 60, "right": 14, "top": 12, "bottom": 54},
            "legend": {"bottom": 0},
            "tooltip": {"trigger": "axis"},
            "xAxis": {"type": "category", "data": months},
            "yAxis": {"type": "value", "scale": True},
            "series": series,
        }
        agent = words("agents.plainly", told=words(f"one.{kind}", id=agent_id))
        Chart(
            option=option,
            title=words("agents.history"),
            subtitle=name,
            caption=agent,
            name="history",
            record=record,
            height=240,
        )
