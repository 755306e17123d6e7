"""Every option of every command does what it says or is refused: its range, and what it is given together with."""

import pytest

from app.cli import _command, command_line
from scenarios.bounds import MOST_RUNS, SEEDS_APART


def flat(commands, before=""):
    """Commands by name, those under others by both names."""
    for name, command in commands.items():
        if hasattr(command, "commands"):
            yield from flat(command.commands, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


COMMANDS = dict(flat(_command().commands))
FILES = {
    "spec": "x.yaml",
    "file": "x.yaml",
    "store": "s",
    "run": "abc",
    "to": "t",
    "observed": "o.csv",
    "until": "2018",
}
"""Something for the arguments and options that a command needs."""
NUMBERS = [
    (name, param)
    for name, command in COMMANDS.items()
    for param in command.params
    if param.type_descriptor.annotation in (int, float)
]
IDS = [f"{name} {param.opts[0]}" for name, param in NUMBERS]


def needed(command, but=""):
    """The least that a command can be called with."""
    told = command.split()
    for param in COMMANDS[command].params:
        if param.required and param.name != but:
            told += [FILES[param.name]] if not param.opts[0].startswith("-") else [param.opts[0], FILES[param.name]]
    return told


@pytest.fixture
def refused(capsys):
    def call(*arguments):
        code = command_line([str(each) for each in arguments])
        said = capsys.readouterr()
        assert (code, said.out) == (2, ""), (code, said.out)
        return said.err.splitlines()

    return call


def test_every_number_has_two_ends():
    assert len(NUMBERS) > 30
    unbounded = [name for (_, param), name in zip(NUMBERS, IDS, strict=True) if param.min is None or param.max is None]
    assert unbounded == []
    assert MOST_RUNS <= SEEDS_APART


@pytest.mark.parametrize(("command", "param"), [pair for pair in NUMBERS if pair[1].min is not None], ids=str)
def test_a_number_just_outside_is_refused_with_the_option_the_value_and_the_range(refused, command, param):
    kind = "a whole number " if param.type_descriptor.annotation is int else ""
    for outside in (param.min - 1, param.max + 1):
        (told,) = refused(*needed(command), f"{param.opts[0]}={outside}")
        allowed = f"({kind}from {param.min:g} to {param.max:g})"
        assert told == f"error: {param.opts[0]}: '{outside}' is outside the range {allowed}"


@pytest.mark.parametrize("value", ["many", "", "1.5e", "1,000", "\u0661x", "9" * 5000, "--"])
@pytest.mark.parametrize(("command", "param"), NUMBERS[:1] + NUMBERS[-1:], ids=str)
def test_what_is_no_number_is_refused_with_the_option_and_what_is_meant(refused, command, param, value):
    (told,) = refused(*needed(command), f"{param.opts[0]}={value}")
    assert told.startswith(f"error: {param.opts[0]}: ") and len(told) < 200
    assert f"a whole number from {param.min:g} to {param.max:g}" in told


SEEDED = [name for name, command in COMMANDS.items() if any(param.name == "seed" for param in command.params)]


@pytest.mark.parametrize(
    "command", [name for name in SEEDED if name not in ("validate forecast", "review")]
)  # a file first
@pytest.mark.parametrize("seed", ["-1", "1.5", "many", str(2**63), "9" * 5000])
def test_a_seed_out_of_range_is_refused_under_its_name(refused, command, seed):
    assert refused(*needed(command), f"--seed={seed}")[-1].startswith("error: --seed: ")


IGNORED = [
    ("run --timings --quiet", ["--timings"]),
    ("batch --runs 3", ["--runs"]),
    ("batch --seed 1 --draws 2 --set reits_pilot=1 --macro adverse", ["--seed", "--draws", "--set", "--macro"]),
    ("batch --parameters prior_2020 --scale 1 --without peers --fork-at 2022-01 --resume",
     ["--parameters", "--scale", "--without", "--fork-at"]),
    ("batch plan --scheduler tcp://127.0.0.1:1 --workers 2", ["--workers"]),
    ("attribute --permutations 8", ["--permutations"]),
    ("attribute --by group --permutations 9", ["--permutations"]),
    ("forecast --variants --register x.json", ["--register"]),
    ("forecast --variants --conditions turnover_total", ["--conditions"]),
    ("forecast --conditions turnover_total --register x.json", ["--register"]),
    ("calibrate --quick --runs 9 --more 9", ["--runs", "--more"]),
    ("calibrate --quick --information", ["--information"]),
]  # fmt: skip


@pytest.mark.parametrize(("line", "idle"), IGNORED, ids=[line for line, _ in IGNORED])
def test_an_option_that_would_be_ignored_is_refused(refused, line, idle):
    told = refused(*line.split())
    assert [each.removeprefix("error: ").partition(": has no effect ")[0] for each in told] == idle


def test_options_of_a_forecast_that_is_read_from_a_file_are_refused(refused):
    line = "validate forecast --observed x.csv --forecast x.json --runs 9 --seed 3 --scale 1 --store s --workers 1"
    told = refused(*line.split())
    idle = [each.removeprefix("error: ").partition(": has no effect ")[0] for each in told]
    assert idle == ["--runs", "--seed", "--scale", "--store", "--workers"]


FORMER = [
    ("validate --observed x.csv --runs 9", "--observed", "forecast --observed FILE"),
    ("validate plan --observed=x.csv", "--observed", "forecast --observed FILE"),
    ("validate --forecast x.json", "--forecast", "forecast --observed FILE --forecast FILE"),
    ("validate --runs 9 --origins", "--origins", "origins"),
    ("validate --backtest", "--backtest", "backtest"),
    ("validate --rivals", "--rivals", "rivals"),
    ("validate --placebo", "--placebo", "placebo"),
    ("validate --events --json", "--events", "events"),
    ("validate --until 2018 --scale x", "--until", "holdout --until YEAR"),
]


@pytest.mark.parametrize(("line", "option", "now"), FORMER, ids=[line for line, _, _ in FORMER])
def test_a_former_form_is_refused_with_the_command_that_replaces_it(refused, line, option, now):
    assert refused(*line.split()) == [f"error: {option}: is now a command of its own (use: lujiazui validate {now})"]
    assert f"validate {now.partition(' ')[0]}" in COMMANDS


def test_commands_without_a_further_word_show_their_help(capsys):
    assert command_line(["validate"]) == 0
    shown = capsys.readouterr().out
    below = [name.removeprefix("validate ") for name in COMMANDS if name.startswith("validate ")]
    assert len(below) > 8 and all(name in shown for name in below)


def test_a_default_that_is_typed_counts_as_given(refused):
    assert refused("attribute", "--by", "group", "--permutations", "8")[0].startswith("error: --permutations: ")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("run plan --without peer", "--without: "),
        ("run plan --scale 301", "--scale: 301.0 is outside the range (from 0.01 to 300)"),
        ("run plan --scale nan", "--scale: nan is outside the range (from 0.01 to 300)"),
        ("run plan --macro advers", "--macro: unknown macro path 'advers'; did you mean 'adverse'?"),
        ("run plan --parameters prior_2021", "--parameters: 'prior_2021' is not allowed; did you mean 'prior_2020'?"),
        ("batch plan committed --fork-at 2022-13 --store s", "--fork-at: "),
        ("batch plan --without peer --store s", "--without: "),
        ("attribute plan --by grup", "--by: 'grup' is not a kind of part; did you mean 'group'? (group, lever)"),
        ("goals plan --parameters prior_2021", "--parameters: 'prior_2021' is not allowed"),
        ("forecast --conditions turnover_totl", "--conditions: unknown plan indicator 'turnover_totl'; did you mean"),
        ("calibrate --quick --out taken", "taken: --out: is not a folder"),
        ("search x.yaml --policies taken", "x.yaml: no such file"),
        ("evidence --scale x --docs nowhere", "--scale: 'x' is not a number (from 0.01 to 300)"),
        ("evidence --docs nowhere", "nowhere/evidence.md: --docs: there is no folder nowhere"),
        ("evidence fact --docs nowhere", "unknown table 'fact'; did you mean 'facts'?"),
        ("register --out nowhere/x.md", "nowhere/x.md: --out: there is no folder nowhere"),
        ("app --root-path x", "--root-path: 'x' does not begin with / (a path such as /lujiazui)"),
        ("effects reits_pilo", "unknown lever 'reits_pilo'; did you mean 'reits_pilot'?"),
    ],
)
def test_what_the_model_refuses_is_told_under_the_name_of_the_option(refused, line, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").touch()
    (only,) = refused(*line.split())
    assert told in only
