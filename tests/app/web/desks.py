"""Random desks, as hypothesis draws them."""

from hypothesis import assume
from hypothesis import strategies as st

from app.web.desk import BASELINES, MACRO, SCALES, Desk
from app.web.moves import OPERATIONS, Change, DeskTrigger, Operation, Policy
from scenarios import InputError, names
from scenarios.parameters import PARAMETER_SETS
from scenarios.plan import lever_ids

LEVERS = st.sampled_from(lever_ids())
MONTHS = st.sampled_from(["2021-01", "2021-07", "2022-06", "2025-12"])
OPERATED = st.builds(Operation, kind=st.sampled_from(OPERATIONS), start=MONTHS, months=st.integers(0, 59))
MOVED = st.builds(
    Change,
    value=st.integers(0, 100).map(lambda hundredths: hundredths / 100),
    start=MONTHS,
    months=st.integers(0, 59),
)
CHANGES = MOVED | OPERATED
TRIGGERS = st.builds(
    DeskTrigger,
    side=st.sampled_from(["below", "above"]),
    threshold=st.floats(0.0, 1.0),
    months=st.integers(1, 60),
    lever=LEVERS,
    to=st.floats(0.0, 1.0),
    cooldown=st.integers(1, 120),
)
FILES = st.sampled_from(
    [
        "",
        "extends: plan\nmacro: adverse\nparameters: prior_2020\nrival_centres: matching\n",
        "extends: hard_landing\nend: 2024-06\nscale: 0.2\nauthor: 市金融办\n",
        "macro: realised\nparameters: prior_hindsight\nshocks: [{name: us_yield, month: 2022-03, size: 1.5}]\n",
        "extends: committed\nlevers:\n  fintech_hub: {2021-03: 0.4, 2022-06: 0.6}\n  bond_market_access: 0.35\n"
        "  reits_pilot: {pulse: {from: 2022-01, to: 2022-12, value: 0.9}}\n"
        "triggers:\n  - {indicator: leading_fintech_count, below: 30, lever: fintech_hub, to: 1.0}\n",
        "policy: plan\nbudget: {unit: mn yuan, a_year: {fintech_hub: 100}, cap: 100000}\n",
    ]
)


@st.composite
def desks(draw):
    """Desks with presets and files, moved levers, triggers and all choices that a page offers."""
    start = Desk(
        preset=draw(st.sampled_from(names())),
        baseline=draw(st.sampled_from(BASELINES)),
        runs=draw(st.integers(8, 12)),
        seed=draw(st.integers(1, 1_000_000)),
        parameters=draw(st.sampled_from(["drawn", "central"])),
    )
    file = draw(FILES)
    chosen = {
        "macro": st.sampled_from(MACRO),
        "parameter_set": st.sampled_from(PARAMETER_SETS),
        "scale": st.sampled_from(SCALES),
        "title": st.text(max_size=60),
        "note": st.text(max_size=200),
    }
    choices = {name: draw(strategy) for name, strategy in chosen.items() if draw(st.booleans())}
    changes = draw(st.dictionaries(LEVERS, CHANGES, max_size=5))
    triggers = tuple(draw(st.lists(TRIGGERS, max_size=2)))
    try:
        desk = start.opening(file) if file else start
        fields = {**vars(desk), **choices, "changes": changes, "triggers": triggers}
        if desk.baseline == "last":
            lever, earlier = draw(LEVERS), draw(CHANGES)
            fields["before"] = Policy("opening", draw(st.sampled_from(["", desk.file])), {lever: earlier})
        return Desk(**fields)
    except InputError:  # a change after the end of the file, or hindsight without a replay
        assume(False)
