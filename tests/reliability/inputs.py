"""What users write: files, settings, links. Each is taken, or refused with an `InputError`; nothing else may happen."""

import json
import tempfile
from importlib import resources
from pathlib import Path

from scenarios import InputError, Scenario, load, names, parse_settings, parse_shock, plan, shock_kinds
from tests.reliability.tally import Tally

BITS = (
    "", "null", "~", "[]", "{}", "true", "-1", "0", "1e308", "1e-320", ".nan", ".inf", "9" * 300, "9" * 5000, "2021-07",
    "2035-13", "2022-01..2021-01", "&a", "*a", "!!python/object:os.system", "[[[[[[", "}", ":", "- - -", "\t", "\x00",
    "\ufeff", "\u202e", "😀", "'", '"', "a: b: c", "plan", "reits_pilot", "ramp", "keep", "extends: plan", "\r", "#",
)  # fmt: skip


def mutated(text, rng):
    """A text with a few letters, words or lines changed, moved or gone."""
    for _ in range(rng.randint(1, 4)):
        lines = text.split("\n")
        at = rng.randrange(len(lines))
        match rng.randrange(8):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, rng.choice(lines))
            case 2:
                lines[at] = " " * rng.randint(0, 4) + lines[at].strip()
            case 3:
                words = lines[at].split(" ")
                words[rng.randrange(len(words))] = rng.choice(BITS)
                lines[at] = " ".join(words)
            case 4:
                lines[at] += rng.choice(BITS)
            case 5:
                place = rng.randrange(len(text) + 1)
                lines = (text[:place] + rng.choice(BITS) + text[place:]).split("\n")
            case 6:
                start = rng.randrange(len(text) + 1)
                lines = (text[:start] + text[start + rng.randint(1, 30) :]).split("\n")
            case _:
                lines[at] = lines[at].replace(":", rng.choice((": ", "=", "::", ",")), 1)
        text = "\n".join(lines) or " "
    return text


def _tried(tally, what, text, function):
    """Try an input: it is taken, or refused with a message that can be shown."""
    tally.begin()
    try:
        function()
        tally.end("")
    except InputError as error:
        tally.end("" if str(error) and all(problem.message for problem in error.problems) else f"{what}: no message")
    except Exception as error:
        tally.end(f"{what}: {type(error).__name__}: {str(error)[:100]} of {text[:200]!r}")


def _text_of(name):
    return resources.files("scenarios").joinpath(f"library/{name}.yaml").read_text(encoding="utf-8")


FULL = """policy: plan
levers:
  reits_pilot: {switch: {2022-01: plan, 2023-01: {ramp: {2023-06: keep, 2024-01: 0.5}}}}
  bond_market_access: {pulse: {from: 2022-01, to: 2022-12, value: 0.9}}
shocks:
  - {name: us_yield, from: 2022-01, to: 2022-06, size: 1}
triggers:
  - {indicator: turnover_total, below: 2000, months: 3, lever: reits_pilot, to: 0.5, cooldown: 12}
budget: {unit: yuan, a_year: {reits_pilot: 3}, cap: 1e6}
"""


def scenario_files(count, rng):
    """Mutations of every ready scenario and of one that uses every key, as text and as bytes."""
    tally = Tally("scenario files")
    texts = [*map(_text_of, names()), *([FULL] * 10)]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mine.yaml"
        for _ in range(count):
            text = mutated(rng.choice(texts), rng)
            content = text.encode("utf-8", "surrogatepass")
            if rng.random() < 0.05:
                content = bytes(rng.choice(content + b"\xff\xfe\x00") for _ in range(len(content)))
            file.write_bytes(content)

            def reads():
                found = load(file)
                assert Scenario(**found.plain()) == found

            _tried(tally, "scenario", text, reads)
    return tally


def settings(count, rng):
    """Settings, shocks and links of the desk, mutated."""
    from app.web.desk import Desk
    from app.web.link import link_of, read_link

    tally = Tally("settings, shocks and links")
    levers, shocks = plan.lever_ids(), list(shock_kinds())
    desk = Desk()
    for _ in range(count):
        kind = rng.randrange(3)
        if kind == 0:
            text = f"{rng.choice(levers)}={rng.choice(('0.5', 'plan', *BITS))}@{rng.choice(('2022-01', *BITS))}"
            text = text if rng.random() < 0.3 else mutated(text, rng)
            _tried(tally, "setting", text, lambda text=text: load("plan").with_levers(parse_settings([text, text])))
        elif kind == 1:
            text = f"{rng.choice(shocks)}={rng.choice(('1', '-0.2', *BITS))}@{rng.choice(('2022-01..2022-06', *BITS))}"
            text = text if rng.random() < 0.3 else mutated(text, rng)
            _tried(tally, "shock", text, lambda text=text: load("plan").with_shocks([parse_shock(text)]))
        else:
            text = (
                link_of(desk)
                + "&"
                + "&".join(
                    f"lever.{rng.choice(levers)}={rng.choice(BITS)}@2023-07~{rng.choice(BITS)}" for _ in range(2)
                )
            )
            text = mutated(text, rng)
            _tried(tally, "link", text, lambda text=text: read_link(text).desk.scenario())
    return tally


DESIGN = """kind: latin_hypercube
samples: 8
seed: 1
runs: 2
draws: 2
scale: 0.1
factors:
  bond_market_access: [0.5, 1.0]
  sovereign_growth: [0.08, 0.14]
  fx_extrapolation: prior
  macro: [neutral, adverse]
  scenario: [committed, plan]
"""
POINTS = (
    "kind: points\nfactors:\n  reits_pilot: [0, 1]\n  macro: [neutral, adverse]\npoints:\n  - [0.5, 0]\n  - [1, 1]\n"
)
SEARCH = """levers:
  bond_market_access: [0.4, 1.0]
  panda_bond_framework: {intensity: [0.3, 1.0], from: [2021-01, 2023-12]}
highest: {foreign_bond_share: p10, panda_cumulative: chance}
lowest: {effort: mean}
macro: [neutral, adverse]
worlds: 4
check_worlds: 4
population: 8
generations: 2
"""


def designs(count, rng):
    """Designs, searches, observation files and drivers, mutated; a design that is taken gives its points."""
    from calibration.later_observations import read_later_observations
    from sim.experiments.designs import read_design
    from sim.experiments.robust_search import read_search

    tally = Tally("designs, searches, observations, drivers")
    observed = "indicator,date,value,unit,source\nturnover_total,2021,2500,trn yuan per year,me\n"
    drivers = _drivers()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            kind = ("design", "points", "search", "observed", "drivers")[number % 5]
            text = mutated(
                {"design": DESIGN, "points": POINTS, "search": SEARCH, "observed": observed, "drivers": drivers}[kind],
                rng,
            )
            file = Path(folder) / ("mine.csv" if kind in ("observed", "drivers") else "mine.yaml")
            file.write_bytes(text.encode("utf-8", "surrogatepass"))

            def reads(kind=kind, file=file):
                if kind in ("design", "points"):
                    design = read_design(file)
                    if len(design.factors) * design.samples < 5_000:
                        json.dumps(design.plain())
                        design.points()
                elif kind == "search":
                    read_search(file)
                elif kind == "observed":
                    read_later_observations(file)
                else:
                    Scenario(name="x", macro=str(file))
                    mine = Path(folder) / "with.yaml"
                    mine.write_text("policy: plan\nmacro: mine.csv\n")
                    load(mine)

            _tried(tally, kind, text, reads)
    return tally


def _drivers():
    """Drivers of some months, as a user writes them."""
    found = resources.files("sim").joinpath("data")
    text = next(each for each in found.iterdir() if each.name == "macro_realised.csv")
    return "\n".join(text.read_text(encoding="utf-8").split("\n")[:14])


AREAS = {each.__name__: each for each in (scenario_files, settings, designs)}
