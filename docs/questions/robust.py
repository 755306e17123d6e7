"""Which answers hold with all effects of levers halved and doubled, and in an adverse world?"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import blake2b
from itertools import combinations
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import q01_bond_share as q01
import q03_buffers as q03
import q04_order as q04
import q05_direct_financing as q05
import q06_city_and_approvals as q06
import q07_guarantees as q07
import q08_fintech as q08
import q09_green as q09
import q10_smallest_shock as q10
from asked import ADVERSE, NEUTRAL, STORE, Asked, Effect, arm, asked_of, from_the_command_line, lever_named, shown
from renew import PAGE

from agents.arrays import Floats
from app.measured.blocks import signed, table, with_block
from scenarios.errors import InputError
from sim.closing.dictionary import dictionary
from sim.closing.indicators import PLAN_INDICATORS
from sim.evidence.shock_tests import RECOVERED
from sim.experiments.ensemble import thresholds
from sim.experiments.intervals import interval
from sim.experiments.least_runs import LEAST_FOR_VERDICT, too_few
from sim.provenance.model_digest import model_digest

BLOCK = "robust"
CASES: dict[str, dict[str, Any]] = {
    "base": {},
    "effects halved": {"effects": 0.5},
    "effects doubled": {"effects": 2.0},
    "adverse world": {"world": ADVERSE},
}
"""What differs from the answer on the page, by the name of the column."""
POINTS = 24
"""Points of the plane of question 5, enough for four slopes with their errors."""


@dataclass(frozen=True)
class Claim:
    """What an answer comes to: its figures, its first choice, and statements on its runs."""

    figures: str
    first: tuple[str, ...] = ()
    """The first choice, then those that are not distinguished from it."""
    statements: Mapping[str, bool | None] = field(default_factory=dict)
    """Whether each is true of the runs; None where it is not distinguished from its contrary."""

    @property
    def shows(self) -> list[str]:
        """The true statements."""
        return [text for text, true in self.statements.items() if true]

    @property
    def empty(self) -> bool:
        """Whether nothing can be lost: no true statement, and no choice that is distinguished from the first."""
        return not self.shows and len(self.first) != 1

    def lost(self, other: Claim) -> list[str]:
        """What another case contradicts."""
        gone = [] if not self.first or self.first[0] in other.first else [f"first is {other.first[0]}"]
        return gone + [f"not: {each}" for each in self.shows if other.statements.get(each) is False]

    def weaker(self, other: Claim) -> list[str]:
        """What is true here and not distinguished from its contrary in another case."""
        return [each for each in self.shows if other.statements.get(each) is None]


def above(effect: Effect, least: float = 0.0) -> bool | None:
    """Whether an effect is above a value, by its interval; None where that contains the value."""
    return True if effect.low > least else False if effect.high < least else None


def below(effect: Effect, most: float = 0.0) -> bool | None:
    """Whether an effect is below a value, by its interval."""
    return contrary(above(effect, most))


def contrary(true: bool | None) -> bool | None:
    """The contrary of a statement."""
    return None if true is None else not true


def first_of(values: Mapping[str, Floats], middle: Callable[[Floats], Any] = np.nanmedian) -> tuple[str, ...]:
    """The policy with the highest values by run, then those whose paired difference to it is not distinguished."""
    best = max(values, key=lambda name: float(middle(values[name])))
    near = [name for name in values if name != best and not Effect.of(values[best] - values[name]).sure]
    return (best, *near)


SHORT = {
    "legal_business_environment": "legal environment",
    "bond_market_access": "bond access",
    "derivatives_expansion": "hedging products",
    "connect_capacity": "Connect",
    "futures_market_opening": "futures opening",
    "benchmark_reform": "benchmark reform",
    "star_registration_reform": "STAR reform",
    "bond_issuance_reform": "bond reform",
    "long_term_capital": "long-term capital",
    "reits_pilot": "REITs",
}
"""Names of levers in a cell."""


def named(lever: str) -> str:
    """The short name of a lever, or else its name."""
    return SHORT.get(lever) or lever_named(lever)


def bond_share(asked: Asked) -> Claim:
    """The same triple raises the share most, or is not distinguished from the first; systemic risk hardly rises."""
    triples = {", ".join(map(named, three)): three for three in combinations(q01.candidates(), 3)}
    arms = [arm(name, "plan", dict.fromkeys(three, "stretch")) for name, three in triples.items()]
    found = asked.run([arm("plan", "plan"), *arms])

    def gains(indicator: str, times: float = 1.0) -> dict[str, Floats]:
        base = found.at_target("plan", indicator)
        return {name: times * (found.at_target(name, indicator) - base) for name in triples}

    rises, risks = gains("foreign_bond_share", 100.0), gains("systemic_risk")
    first = first_of(rises)
    gain, risk = Effect.of(rises[first[0]]), Effect.of(risks[first[0]])
    return Claim(
        f"{first[0]}: {gain} pp, risk {risk} sd",
        first,
        {"the share rises": above(gain), f"risk rises by less than {RECOVERED:g} sd": below(risk, RECOVERED)},
    )


def targets(asked: Asked) -> Claim:
    """The same targets are met in at least half of the runs of the plan, and the same one is met least often."""
    found = asked.run([arm("plan", "plan")])
    hits = {
        dictionary()[each].name: np.where(found.at_target("plan", each) >= thresholds()[each], 1.0, 0.0)
        for each in PLAN_INDICATORS
    }
    reached = {name: float(met.mean()) for name, met in hits.items()}
    least = min(reached, key=lambda name: reached[name])
    near = [name for name in hits if name != least and interval(hits[name] - hits[least], statistic=np.mean)[0] <= 0.0]
    likely = [name for name, part in reached.items() if part >= 0.5]
    unsure = ", ".join(f"{name} {part:.0%}" for name, part in reached.items() if 0.2 <= part <= 0.8)
    return Claim(
        f"{len(likely)} of 7 in half of the runs; between 20% and 80%: {unsure or 'none'}; "
        f"least often {least}, {reached[least]:.0%}",
        (least, *near),
        {f"{name} in half": name in likely for name in reached}
        | {f"{name} in less than half": name not in likely for name in reached},
    )


def buffers(asked: Asked) -> Claim:
    """Full capacity lowers the peak of systemic risk by more than opening raises it, and costs turnover."""
    corners = {"closed": (0, 0), "opened": (-1, 0), "guarded": (-1, -1)}
    found = asked.run(
        [q03.policy(name, q03.OPENING[here], q03.BUFFERS[there]) for name, (here, there) in corners.items()]
    )
    peaks = {name: q03.peak(found, name) for name in corners}
    opening, capacity = Effect.of(peaks["opened"] - peaks["closed"]), Effect.of(peaks["guarded"] - peaks["opened"])
    cost = Effect.of(found.at_target("guarded", "turnover_total") - found.at_target("opened", "turnover_total"))
    return Claim(
        f"opening {opening} sd, capacity {capacity} sd and turnover CNY {cost} trn",
        statements={
            "capacity lowers the peak": below(capacity),
            "by more than opening raises it": below(Effect.of(peaks["guarded"] - peaks["closed"])),
            "capacity costs turnover": below(cost),
        },
    )


FLOW = "foreign_net_purchases"


def order(asked: Asked) -> Claim:
    """The same order ends with the highest share, or is not distinguished from the first, and the last is below it."""
    arms = q04.orders()
    found = asked.run(arms)
    held = {each.name: 100.0 * found.at_target(each.name, "foreign_bond_share") for each in arms}
    first = first_of(held)
    last = min(held, key=lambda name: float(np.nanmedian(held[name])))
    lead = Effect.of(held[first[0]] - held[last])
    sold = Effect.of(found.in_year(first[0], FLOW, 2024) - found.in_year(last, FLOW, 2024))
    return Claim(
        f"{first[0]}: {lead} pp above {last}, net purchases in the shock CNY {sold} bn",
        first,
        {"the first is above the last": above(lead), "net purchases in the shock are lower with it": below(sold)},
    )


def direct_financing(asked: Asked) -> Claim:
    """The mix is the same in levers with a sure slope; it raises direct financing, bond reform the foreign share."""
    measured, fits = q05.planes(asked, POINTS)
    best = q05.best_corner(measured, fits)
    found = asked.run([arm("plan", "plan"), arm("best mix", "plan", best)])
    gain = Effect.of(found.at_target("best mix", "direct_financing") - found.at_target("plan", "direct_financing"))
    decided = {
        f"{named(lever)} at {value:g}": value == best[lever]
        for lever, slope, error in zip(q05.LEVERS, *fits["direct financing, CNY trn"], strict=False)
        for value in (q05.LOW, q05.HIGH)
        if abs(slope) > 2.0 * error
    }
    bonds, error = (float(each[q05.LEVERS.index("bond_issuance_reform")]) for each in fits["foreign share, pp"])
    mix = ", ".join(f"{named(lever)} {value:g}" for lever, value in best.items())
    return Claim(
        f"{mix}: CNY {gain} trn; bond reform {signed(bonds)} pp of the foreign share",
        statements={
            **decided,
            "the mix raises direct financing": above(gain),
            "bond reform raises the foreign share": above(Effect(bonds, bonds - 2.0 * error, bonds + 2.0 * error)),
        },
    )


APPROVALS = ("futures_market_opening", "derivatives_expansion", "benchmark_reform", "bond_market_access")
"""The four approvals that close most of the gaps by the answer on the page."""


def approvals(asked: Asked) -> Claim:
    """Of four approvals the same one closes most of the gaps, or is not distinguished from the first."""
    city = "city_only"
    arms = [arm(name, city, {name: "plan"}) for name in APPROVALS]
    found = asked.run([arm("plan", "plan"), arm(city, city), *arms])
    closed = {name: q06.gaps_closed(found, name, city) for name in (*APPROVALS, "plan")}
    best = max(APPROVALS, key=lambda name: closed[name][0])

    def more(name: str, other: str) -> bool | None:
        low, high = np.quantile(closed[name][1:] - closed[other][1:], (0.025, 0.975))
        return above(Effect(np.nan, float(low), float(high)))

    missed = len(q06.missed(found, city))
    return Claim(
        f"{named(best)} {closed[best][0]:.0%} of the gaps to {missed} targets, all together {closed['plan'][0]:.0%}",
        tuple(map(named, (best, *(name for name in APPROVALS if name != best and not more(best, name))))),
        {"all approvals close more than the first": more("plan", best)},
    )


def guarantees(asked: Asked) -> Claim:
    """Loans to small firms rise, in a downturn too, more by the second half of coverage; no loans are crowded out."""
    none, half, full = q07.COVERAGE
    usual, downturn = q07.TIMES
    found = asked.run(
        [*(q07.policy(each, usual) for each in q07.COVERAGE), *(q07.policy(each, downturn) for each in (none, full))]
    )

    def gain(to: float, since: float, world: str, indicator: str = "msme_credit") -> Floats:
        here, there = (found.at_target(f"{each:g} in {world}", indicator) for each in (to, since))
        return here - there

    rise, worse = Effect.of(gain(full, none, usual)), Effect.of(gain(full, none, downturn))
    strategic = Effect.of(gain(full, none, usual, "strategic_credit"))
    return Claim(
        f"loans to small firms {rise}, in a downturn {worse}; to hard technology {strategic}",
        statements={
            "loans to small firms rise": above(rise),
            "in a downturn too": above(worse),
            "the second half adds more": above(Effect.of(gain(full, half, usual) - gain(half, none, usual))),
            "loans to hard technology rise": above(strategic),
        },
    )


FINTECH = ("entry support", "research and data", "sandbox")
"""The three policies of the answer on the page that are not distinguished from one another."""


def fintech(asked: Asked) -> Claim:
    """Of three policies the same one is first, or not distinguished from it, by both definitions of leading."""
    found = asked.run(
        [arm("committed", "committed"), *(arm(name, "committed", q08.POLICIES[name]) for name in FINTECH)]
    )

    def gains(definition: str) -> dict[str, Floats]:
        base = found.at_target("committed", definition)
        return {name: found.at_target(name, definition) - base for name in FINTECH}

    fixed, ranked = (gains(each) for each in list(q08.DEFINITIONS)[:2])
    first = first_of(fixed, np.nanmean)
    rise = Effect.of(fixed[first[0]])
    return Claim(
        f"{first[0]}: {rise} firms, mean {shown(float(np.nanmean(fixed[first[0]])))}",
        first,
        {
            "it raises the number of leading firms": above(rise),
            "no other is ahead of it in the national hundred": first[0] in first_of(ranked, np.nanmean),
        },
    )


def green(asked: Asked) -> Claim:
    """The three policies raise green bonds outstanding, in the same order where two are distinguished."""
    found = asked.run(
        [arm("committed", "committed"), *(arm(name, "committed", paths) for name, paths in q09.POLICIES.items())]
    )
    base = found.at_target("committed", "green_financing")
    raised = {name: 1000.0 * (found.at_target(name, "green_financing") - base) for name in q09.POLICIES}
    ahead = {pair: above(Effect.of(raised[pair[0]] - raised[pair[1]])) for pair in combinations(raised, 2)}
    figures = "; ".join(f"{name} {Effect.of(gaps)}" for name, gaps in raised.items())
    return Claim(
        f"CNY bn: {figures}",
        first_of(raised),
        {f"{name} raises them": above(Effect.of(gaps)) for name, gaps in raised.items()}
        | {f"{one} before {other}": true for (one, other), true in ahead.items()}
        | {f"{other} before {one}": contrary(true) for (one, other), true in ahead.items()},
    )


def smallest_shock(asked: Asked) -> Claim:
    """With the macroprudential framework as in 2020 a smaller severity breaks the redline than under the plan."""
    usual, less = "plan", "macroprudential framework as in 2020"
    least = q10.severities(asked, (usual, less))
    fall = q10.mean_gap(least[less], least[usual])
    return Claim(
        f"plan {q10.severity(q10.record(least[usual]))}; framework as in 2020 {fall} in the mean",
        statements={"the framework as in 2020 lowers it": below(fall)},
    )


CLAIMS: dict[str, Callable[[Asked], Claim]] = {
    "q01": bond_share,
    "q02": targets,
    "q03": buffers,
    "q04": order,
    "q05": direct_financing,
    "q06": approvals,
    "q07": guarantees,
    "q08": fintech,
    "q09": green,
    "q10": smallest_shock,
}
"""What an answer comes to, by the name of its block; the rule by which it holds is the function's first line."""


def versions(question: str) -> dict[str, str]:
    """Digests of the model and of what is asked of it: a cell of other code would answer another question."""
    (script,) = Path(__file__).parent.glob(f"{question}_*.py")
    code = script.read_bytes() + inspect.getsource(CLAIMS[question]).encode()
    return {"model": model_digest(), "code": blake2b(code, digest_size=8).hexdigest()}


@dataclass(frozen=True)
class Cells:
    """Claims that have been measured, in a file of the store by question and case."""

    path: Path

    def known(self) -> dict[str, dict[str, dict[str, Any]]]:
        """All cells of the file."""
        found: dict[str, dict[str, dict[str, Any]]] = {}
        if self.path.exists():
            found = json.loads(self.path.read_text(encoding="utf-8"))
        return found

    def conditions(self, question: str) -> dict[str, Any]:
        """Conditions under which the base of a question was measured; empty where it was not."""
        return self.known().get(question, {}).get("base", {}).get("conditions", {})

    def claim(self, question: str, case: str, conditions: Mapping[str, Any]) -> Claim | None:
        """A claim measured under the same conditions."""
        cell = self.known().get(question, {}).get(case)
        if cell is None or cell["conditions"] != conditions:
            return None
        found = cell["claim"]
        return Claim(found["figures"], tuple(found["first"]), found["statements"])

    def keep(self, question: str, case: str, conditions: Mapping[str, Any], claim: Claim) -> None:
        """Write a claim into the file."""
        known = self.known()
        known.setdefault(question, {})[case] = {"conditions": dict(conditions), "claim": asdict(claim)}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(known, indent=1), encoding="utf-8")


def verdict(claims: Mapping[str, Claim]) -> str:
    """Whether the answer of the base holds in the other cases, and what is lost where it does not."""
    base, *others = claims
    if claims[base].empty:
        return "nothing is distinguished in the base"
    found = [
        f"{answer}, {case}: {', '.join(texts)}"
        for answer, of in (("no", Claim.lost), ("not shown", Claim.weaker))
        for case in others
        if (texts := of(claims[base], claims[case]))
    ]
    return "; ".join(found) or "yes"


def told(cells: Cells) -> str:
    """The block: every question that has been measured in all cases under the same conditions, and the rules."""
    rows, rules, sizes = [], [], set()
    for name, claim in CLAIMS.items():
        conditions = cells.conditions(name)
        claims = {case: found for case in CASES if (found := cells.claim(name, case, conditions)) is not None}
        if len(claims) < len(CASES) or not versions(name).items() <= conditions.items():
            continue
        sizes.add(conditions["scale"])
        rows.append((name, conditions["runs"], *(each.figures for each in claims.values()), verdict(claims)))
        rules.append(f"- {name}: {claim.__doc__}")
    size = " and ".join(f"{each:g}" for each in sorted(sizes))
    return (
        f"Runs of each policy as in the second column, {size} of the issuers, the same draws in all cases; medians "
        "with 95 % intervals of paired differences.\n\n"
        + table(("question", "runs", *CASES, "holds"), rows)
        + "\nAn answer holds if its first choice is first in each case, or not distinguished from the first, and if "
        "what its runs show is shown in each case, by intervals on the same side. It is not shown where an interval "
        "of another case contains zero, and does not hold where a case shows the contrary:\n\n" + "\n".join(rules)
    )


def measure() -> None:
    """Measure claims in all cases and write the block; cells and runs that are stored are not repeated."""
    asked, given = asked_of(__doc__, "questions")
    if (asked.effects, asked.world) != (1.0, NEUTRAL):
        raise InputError("this command sets both itself", key="--effects, --world")
    if asked.runs < LEAST_FOR_VERDICT:
        raise InputError(too_few(asked.runs), key="--runs")
    if unknown := [name for name in given.questions if name not in CLAIMS]:
        raise InputError(f"{unknown[0]!r} is no question; allowed: {', '.join(CLAIMS)}", key="questions")
    cells = Cells((asked.store or STORE) / "robust.json")
    for name in given.questions or CLAIMS:
        conditions = {"runs": asked.runs, "scale": asked.scale or 1.0, **versions(name)}
        for case, changes in CASES.items():
            if cells.claim(name, case, conditions) is None:
                start, spent = perf_counter(), process_time()
                cells.keep(name, case, conditions, CLAIMS[name](replace(asked, **changes)))
                spent = process_time() - spent
                print(f"{name}, {case}: {perf_counter() - start:.0f} s, {spent:.0f} s of CPU", flush=True)
        PAGE.write_text(with_block(PAGE.read_text(encoding="utf-8"), BLOCK, told(cells)), encoding="utf-8")


if __name__ == "__main__":
    from_the_command_line(measure)
