"""One run month by month: where agents are, how large, whom they owe, and why each decided as it did."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import solara
from numpy.typing import NDArray

from agents.arrays import Integers
from agents.districts import District
from agents.institutions import Centre, Sector
from app.briefing.amounts import grouped
from app.briefing.words import Wording
from app.web import charts, session
from app.web.components import Chart, Form, Table
from app.web.decided import IN_CHINESE, IN_YUAN, decision_told, term_rows, terms_of, told_to
from app.web.desk import Desk
from app.web.link import BETWEEN
from app.web.money_moves import MoneyMoves, run_shown
from app.web.recorded import Record, replayed_told
from app.web.replay import CENTRES
from app.web.simulations import paired_requests
from app.web.who import name_of, who
from scenarios.calendar import BASELINE, is_month, month_ordinal, month_text
from scenarios.errors import InputError
from sim.banking.state import InterbankClaims
from sim.components import EXPLAINED
from sim.experiments.requests import RunRequest
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


VIEW = "agent"
"""Name of what the page shows in a link."""
DISTRICTS = tuple(each.name for each in District)
RIVALS = tuple(each.name for each in CENTRES)
KINDS_ABROAD, KINDS_RAISING = ("ForeignInvestor", "ForeignEquityInvestor"), ("Issuer",)
KINDS_AT = {
    **dict.fromkeys(DISTRICTS, ("FinancialInstitution", "FintechFirm")),
    # The model counts seats at rival centres; fintech firms alone are agents there.
    **dict.fromkeys(RIVALS, ("FintechFirm",)),
    "abroad": KINDS_ABROAD,
    "issuers": KINDS_RAISING,
}
"""Kinds of agents that a place of the replay has, the usual one first."""


@dataclass(frozen=True)
class Looked:
    """What the page shows: a kind of agents, one of their decisions, one of them or none, a month and a place."""

    kind: str = next(iter(SIZE))
    decision: str = DECISIONS[next(iter(SIZE))][0]
    agent: int = -1
    month: str = ""
    place: str = ""

    @classmethod
    def read(cls, text: str) -> Self:
        """What a link names; the usual in place of what is missing or cannot be."""
        usual = cls()
        kind, decision, agent, month, place = (*text.split(BETWEEN), *[""] * 5)[:5]
        kind = kind if kind in SIZE else usual.kind
        return cls(
            kind,
            decision if decision in DECISIONS[kind] else DECISIONS[kind][0],
            int(agent) if agent.isdecimal() and len(agent) < 10 else usual.agent,
            month if is_month(month) else usual.month,
            place if kind in KINDS_AT.get(place, ()) else usual.place,
        )

    @property
    def told(self) -> str:
        """The same as part of a link."""
        agent = str(self.agent) if self.agent >= 0 else ""
        parts = (self.kind, self.decision, agent, self.month, self.place)
        return BETWEEN.join(parts) if self != type(self)() else ""

    def at(self, place: str, month: str) -> Self:
        """The agents of a place in a month, of the kind that was looked at if the place has it."""
        kinds = KINDS_AT[place]
        if self.kind in kinds:
            return replace(self, place=place, month=month, agent=-1)
        return replace(self, kind=kinds[0], decision=DECISIONS[kinds[0]][0], place=place, month=month, agent=-1)


def look(**changes: Any) -> None:
    """Change what the page shows, on top of what was chosen meanwhile."""
    session.look(**{VIEW: replace(Looked.read(session.viewed(VIEW)), **changes).told})


type Sizes = dict[str, dict[str, tuple[Integers, NDArray[np.float32]]]]
"""Numbers and sizes of all agents by month and kind."""


@dataclass
class Replay:
    """A run of the session, and the same draws under the baseline where asked for."""

    centre: "FinancialCenter"
    first_ids: dict[str, frozenset[int]]
    """Agents of the first month by kind: they have the same numbers in every run of the same seed."""
    sizes: Sizes = field(default_factory=dict)
    other: "FinancialCenter | None" = None
    sizes_there: Sizes = field(default_factory=dict)

    @classmethod
    def begun(cls, centre: "FinancialCenter") -> Self:
        """The run after its first month."""
        centre.step()
        kinds = {each.agent_type.__name__: each for each in centre.populations.values()}
        made = cls(centre, {kind: frozenset(kinds[kind].unique_ids.tolist()) for kind in SIZE})
        _note(centre, made.sizes)
        return made

    def brought_to(self, month: str) -> Self:
        """The run at a later month, or its last one."""
        last = min(month_ordinal(month), self.centre.last_month) if month else self.centre.month
        while self.centre.month < last:
            self.advance()
        return self

    def advance(self) -> None:
        """A month in both runs."""
        for centre, sizes in ((self.centre, self.sizes), (self.other, self.sizes_there)):
            if centre is not None and centre.month < centre.last_month:
                centre.step()
                _note(centre, sizes)

    def compare(self, other: "FinancialCenter") -> None:
        """Bring the same draws under another policy to the month of this run."""
        self.stop_comparing()
        self.other = other
        while other.month < self.centre.month:
            other.step()
            _note(other, self.sizes_there)

    def stop_comparing(self) -> None:
        """Forget the run under the other policy."""
        self.other = None
        self.sizes_there.clear()

    def life(self, kind: str, agent_id: int) -> dict[str, float]:
        """Size of an agent by month, from the first month of the run or of the agent."""
        return _life(self.sizes, kind, agent_id)

    def life_there(self, kind: str, agent_id: int) -> dict[str, float]:
        """The same under the other policy."""
        return _life(self.sizes_there, kind, agent_id)


def _note(centre: "FinancialCenter", sizes: Sizes) -> None:
    """Keep the sizes of all agents in the month: which of them will be looked at is not known yet."""
    before = next(reversed(sizes.values()), {})
    now = {}
    for kind, (column, _) in SIZE.items():
        population = _population(centre, kind)
        ids = population.unique_ids
        # Numbers take twice the memory of sizes and seldom change.
        same = kind in before and np.array_equal(before[kind][0], ids)
        now[kind] = (before[kind][0] if same else ids.copy(), population[column].astype(np.float32))
    sizes[month_text(centre.month)] = now


def _life(sizes: Sizes, kind: str, agent_id: int) -> dict[str, float]:
    found = {}
    for month, by_kind in sizes.items():
        ids, values = by_kind[kind]
        row = np.flatnonzero(ids == agent_id)
        if len(row):
            found[month] = float(values[row[0]])
    return found


def replayed_requests(desk: Desk, run: int) -> dict[str, RunRequest]:
    """The run of the replay by scenario, at most at `LARGEST_SCALE`: same seed and draw of the parameters.

    Parameters
    ----------
    desk
        The desk.
    run
        Number of the run, from 1.
    """
    asked = paired_requests(replace(desk, scale=min(desk.scale, LARGEST_SCALE), runs=max(desk.runs, run)))
    return {each.scenario.name: each for each in asked if each.run == run - 1}


def centre_of(request: RunRequest) -> "FinancialCenter":
    """A model that makes a run."""
    from sim.model import FinancialCenter

    return FinancialCenter(
        request.scenario, rng=request.seed, parameters=request.parameters, base_year=request.base_year
    )


@solara.component
def AgentsPage() -> None:
    """The page."""
    words, desk = session.words(), session.desk.value
    again, set_again = solara.use_state(0)
    seen, set_seen = solara.use_state(0)
    looked = Looked.read(session.viewed(VIEW))
    kind, decision, agent_id = looked.kind, looked.decision, looked.agent
    run = run_shown(session.answer.value, desk)
    requests = solara.use_memo(lambda: replayed_requests(desk, run), [desk, run])
    own, other = requests["desk"], requests[desk.baseline_scenario().name]
    replay = solara.use_memo(lambda: Replay.begun(centre_of(own)).brought_to(looked.month), [own.key, other.key, again])
    centre = replay.centre

    def pressed(button: str) -> None:
        if button == "again":
            look(agent=-1, month="")
            set_again(again + 1)
        elif button == "anywhere":
            look(place="", agent=-1)
        elif button == "compare" and replay.other is None:
            replay.compare(centre_of(other))
        elif button == "compare":
            replay.stop_comparing()
        else:
            for _ in range(12 if button == "year" else 1):
                replay.advance()
            look(month=month_text(replay.centre.month))
        set_seen(seen + 1)

    def placed(event: dict[str, str]) -> None:
        place, month = event["place"], event["month"]
        if place not in KINDS_AT or not is_month(month):
            return
        if month_ordinal(month) <= BASELINE:
            month = month_text(BASELINE + 1)
        session.look(**{VIEW: Looked.read(session.viewed(VIEW)).at(place, month).told})
        if month_ordinal(month) < replay.centre.month:
            set_again(again + 1)
        else:
            replay.brought_to(month)
        set_seen(seen + 1)

    def chosen(event: dict[str, str]) -> None:
        value = event["value"]
        if event["id"] == "kind" and value in SIZE:
            place = looked.place if value in KINDS_AT.get(looked.place, ()) else ""
            look(kind=value, agent=-1, decision=DECISIONS[value][0], place=place)
        elif event["id"] == "decision" and value in DECISIONS[kind]:
            look(decision=value)

    def pick(text: str) -> None:
        if text.isdecimal():
            look(agent=int(text))

    with solara.Div(classes=["lj-page"], attributes={"id": "lj-main", "role": "main"}):
        solara.HTML(tag="h1", unsafe_innerHTML=words("agents.heading"))
        MoneyMoves(looked.place, month_text(centre.month), placed)
        solara.HTML(tag="h2", unsafe_innerHTML=words("agents.reasons"))
        told = [words("agents.told", run=run)]
        if own.scenario.scale < desk.scale:
            told.append(words("agents.smaller", scale=f"{own.scenario.scale:.0%}", desk=f"{desk.scale:.0%}"))
        solara.Div(classes=["lj-note"], children=["".join(told)])
        kinds = [{"value": each, "text": words(f"kind.{each}")} for each in SIZE]
        fields = [
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
        if looked.place:
            buttons.append({"id": "anywhere", "text": words("agents.anywhere")})
        if agent_id >= 0:
            buttons.append({"id": "compare", "text": compared})
        Form(fields=fields, buttons=buttons, event_chosen=chosen, event_pressed=pressed)
        months = {"data-month": month_text(centre.month), "aria-live": "polite"}
        solara.HTML(tag="h2", unsafe_innerHTML=f"{words('agents.month')} {month_text(centre.month)}", attributes=months)
        record = replayed_told(own, run, month_text(centre.month), words)
        # The answer stands above the list of agents: below it, it would be out of sight of what was chosen.
        if agent_id >= 0:
            _why(replay, kind, agent_id, decision, against, record, words)
        _people(centre, kind, looked.place, words, pick)
        with solara.Div(classes=["lj-charts"]):
            _places(centre, record, words)
            _network(centre, record, words)
            _sizes(centre, kind, record, words)


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
    option = charts.histogram(values, name, words, logarithmic=column != "log_size")
    Chart(
        option=option,
        title=words("agents.sizes", what=words(f"kind.{kind}")),
        subtitle=words("agents.count"),
        name="sizes",
        record=record,
        height=300,
    )


def rows_at(population: "Population[Any]", place: str) -> NDArray[np.intp]:
    """Rows of the agents of a place; of all where it is none in particular for their kind."""
    if place in DISTRICTS:
        return np.flatnonzero(population["district"] == District[place])
    if place in RIVALS:
        return np.flatnonzero(population["centre"] == Centre[place])
    return np.arange(len(population))


def place_name(place: str, words: "Words") -> str:
    """A place of the replay as it is named there."""
    if place in DISTRICTS:
        return words(f"district.{place}")
    return words(f"centre.{place.lower()}") if place in RIVALS else words(f"replay.{place}")


def _people(centre: "FinancialCenter", kind: str, place: str, words: "Words", pick: Any) -> None:
    population = _population(centre, kind)
    there = rows_at(population, place)
    column, (name, times) = SIZE[kind][0], size_told(kind, words)
    values = population[column] * times
    rows = there[np.argsort(-values[there])][:LARGEST_SHOWN]
    shown = []
    for row in rows:
        what = who(kind, population, int(row), words)
        shown.append(
            [str(int(population.unique_ids[row])), what, grouped(float(values[row]), 2, Wording(words.language))]
        )
    heads = [words("table.id"), words("table.kind"), name]
    title = words("agents.pick")
    if place:
        title = words("agents.pick_at", kind=words(f"kind.{kind}"), place=place_name(place, words), number=len(there))
    Table(title=title, heads=heads, rows=shown, clickable=True, event_picked=pick)


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
    rows = term_rows(terms_of(table, words), words)
    heads = [words("table.term"), words("table.value"), words("table.unit")]
    title = words("agents.why", who=name, decision=words(f"decision.{decision}"))
    with solara.Div(attributes={"data-why": str(agent_id)}):
        Table(title=title, heads=heads, rows=rows)
    explained = str(table.attrs["explains"])
    what = words.of_data(f"decided_sum.{explained}", explained)
    solara.Div(classes=["lj-muted"], children=[words("agents.adds", what=what)])
    _history(replay, kind, agent_id, baseline, record, words)


def life_told(who: str, size: str, sizes: dict[str, float], times: float, words: "Words") -> str:
    """The life of an agent so far in a sentence: first and last size, their difference, and the largest."""
    months = list(sizes)
    first, last, peak = months[0], months[-1], max(sizes, key=lambda month: sizes[month])
    begun, ended, most = (times * sizes[month] for month in (first, last, peak))
    if len(months) == 1:
        return words("agents.life_begins", who=who, what=size, month=first, begun=told_to(begun, 4))
    return words(
        "agents.life",
        who=who,
        what=size,
        first=first,
        begun=told_to(begun, 4),
        last=last,
        ended=told_to(ended, 4),
        change=told_to(ended - begun, 3, "+"),
        peak=peak,
        most=told_to(most, 4),
    )


def _history(replay: Replay, kind: str, agent_id: int, baseline: str, record: Record, words: "Words") -> None:
    """The size of the agent on this page, and with the same draws under the baseline."""
    population = _population(replay.centre, kind)
    agent = name_of(kind, population, int(population.rows_of([agent_id])[0]), words)
    name, times = size_told(kind, words)
    here_by_month, there_by_month = replay.life(kind, agent_id), replay.life_there(kind, agent_id)
    months = list(here_by_month)
    solara.Div(
        classes=["lj-effects"],
        children=[life_told(agent, name, here_by_month, times, words)],
        attributes={"data-life": str(agent_id)},
    )
    lines = {words("page.desk"): here_by_month}
    if replay.other is not None:
        if agent_id not in replay.first_ids[kind]:
            solara.Div(classes=["lj-note"], children=[words("agents.came_later")])
        elif months[-1] not in there_by_month:
            solara.Div(classes=["lj-note"], children=[words("agents.left_there", baseline=baseline)])
        else:
            here, there = (times * sizes[months[-1]] for sizes in (here_by_month, there_by_month))
            told = words(
                "agents.same_draws",
                month=months[-1],
                what=name,
                here=told_to(here, 4),
                there=told_to(there, 4),
                baseline=baseline,
                gap=told_to(here - there, 3, "+"),
            )
            solara.Div(classes=["lj-effects"], children=[told], attributes={"data-same-draws": str(agent_id)})
            lines[baseline] = there_by_month
            months = sorted({*months, *there_by_month})
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
        Chart(
            option=option,
            title=words("agents.history"),
            subtitle=name,
            caption=words("agents.plainly", told=agent),
            name="history",
            record=record,
            height=240,
        )
