"""What runs is what is hashed: an altered model is obeyed, named, and taken for the installed one nowhere."""

import functools
import json
import os
import shutil
import subprocess
import sys
import textwrap
import zipfile
from concurrent.futures import ThreadPoolExecutor
from enum import EnumType
from pathlib import Path
from types import FunctionType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import agents.draws
import agents.foreign_investors
import sim
import sim.accounting.securities
import sim.bond_market.certificates
import sim.financing.filing_stages
import sim.financing.solved
from calibration.forecast_register import RegisteredForecast, register
from scenarios.baseline import observations
from scenarios.errors import InputError
from sim.bond_market import foreign_investors as rules
from sim.bond_market import group_terms
from sim.experiments.outcomes import executed, of_the_installed_model
from sim.experiments.pool import Workers, run_many
from sim.experiments.requests import ensemble_requests
from sim.experiments.store import Store
from sim.provenance import loaded_code, notices
from sim.provenance.loaded_code import alterations
from sim.provenance.model_digest import code_alone, model_digest
from sim.provenance.notices import ModelNotice

ROOT = Path(sim.__file__).parent.parent
PACKAGES = ("agents", "scenarios", "sim")
quiet = pytest.mark.filterwarnings("ignore:the model in this process is not the installed one")


def in_a_process(program, *flags, path=ROOT, **environment):
    """What a program prints as JSON in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-P", *flags, "-c", textwrap.dedent(program)],
        env={**os.environ, "PYTHONPATH": str(path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A copy of the model's packages that tests may change."""
    folder = tmp_path_factory.mktemp("copy")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def with_a_kept_rule(real):
    @functools.wraps(real)
    def changed(*told, **more):
        return real(*told, **more)

    return changed


def a_rule(monkeypatch):
    monkeypatch.setattr(group_terms, "unhedged_signal_pp", lambda *_: 9.0)


def a_rule_at_home(monkeypatch):
    monkeypatch.setattr(agents.foreign_investors, "unhedged_signal_pp", lambda *_: 9.0)


def a_wrapped_rule(monkeypatch):
    monkeypatch.setattr(
        rules,
        "target_terms",
        with_a_kept_rule(rules.target_terms),
    )


def code_of_a_rule(monkeypatch):
    monkeypatch.setattr(rules.foreign_investors_trade, "__code__", (lambda _: None).__code__)


def a_default(monkeypatch):
    monkeypatch.setattr(sim.financing.filing_stages.stage_shares, "__defaults__", (None,))


def a_method(monkeypatch):
    monkeypatch.setattr(sim.FinancialCenter, "step", lambda _: None)


def a_class_attribute(monkeypatch):
    monkeypatch.setattr(sim.accounting.securities.SecurityBook, "factor", 2.0, raising=False)


def a_constant(monkeypatch):
    monkeypatch.setattr(sim.accounting.securities, "MOST_HELD", 0.5)


def an_array(monkeypatch):
    monkeypatch.setattr(agents.draws, "_SHIFT_12", np.array([3]))


def a_place_of_a_table(monkeypatch):
    monkeypatch.setitem(sim.financing.solved.JUMPS, next(iter(sim.financing.solved.JUMPS)), 9.0)


def an_observation(monkeypatch):
    monkeypatch.setitem(observations(), "institutions", None)


def a_number_in_an_array_that_was_read(monkeypatch):
    kept = sim.bond_market.certificates.bank_tiers()["banks"]
    whole = kept.copy()
    monkeypatch.setitem(sim.bond_market.certificates.bank_tiers(), "banks", whole * 2.0)


def a_builtin(monkeypatch):
    monkeypatch.setattr(rules, "max", lambda *_: 0.0, raising=False)


ALTERED = {
    a_rule: "sim.bond_market.group_terms.unhedged_signal_pp",
    a_rule_at_home: "agents.foreign_investors.unhedged_signal_pp",
    a_wrapped_rule: "sim.bond_market.foreign_investors.target_terms",
    code_of_a_rule: "sim.bond_market.foreign_investors.foreign_investors_trade",
    a_default: "sim.financing.filing_stages.stage_shares",
    a_method: "sim.model.FinancialCenter.step",
    a_class_attribute: "sim.accounting.securities.SecurityBook.factor",
    a_constant: "sim.accounting.securities.MOST_HELD",
    an_array: "agents.draws._SHIFT_12",
    a_place_of_a_table: "sim.financing.solved.JUMPS",
    an_observation: "scenarios.baseline.observations()",
    a_number_in_an_array_that_was_read: "sim.bond_market.certificates.bank_tiers()",
    a_builtin: "sim.bond_market.foreign_investors.max",
}


def test_a_model_that_nobody_touched_is_as_installed_before_and_after_a_run(short):
    assert alterations() == ()
    provenance = sim.run(short("plan", end="2021-01")).provenance
    assert alterations() == ()
    assert provenance["code"] == "as installed"
    assert provenance["altered"] == []
    assert provenance["model_digest"] == model_digest()


@pytest.mark.parametrize("alter", ALTERED, ids=lambda alter: alter.__name__)
def test_what_is_set_by_hand_is_named_while_it_is_there(monkeypatch, alter):
    with monkeypatch.context() as context:
        alter(context)
        assert ALTERED[alter] in alterations()
    assert alterations() == ()


@functools.cache
def places():
    """Every attribute of the model's modules and classes that a rule or a number could be set in, in their order."""
    found = []
    for name, known in sorted(loaded_code.watched().modules.items()):
        owners = [(name, known.module), *((f"{name}.{each.kind.__qualname__}", each.kind) for each in known.classes)]
        for prefix, owner in owners:
            found += [
                (prefix, owner, key)
                for key, value in vars(owner).items()
                if not key.startswith("__")
                and isinstance(value, FunctionType | property | float | int | np.ndarray)
                and not isinstance(owner, EnumType)
                and f"{prefix}.{key}" not in loaded_code.MEMORIES
                and not name.startswith(("sim.provenance.loaded_code", "sim.provenance.as_written"))
            ]
    return found


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_whatever_is_replaced_is_named_and_nothing_else_is(data):
    prefix, owner, key = data.draw(st.sampled_from(places()))
    before = vars(owner)[key]
    setattr(owner, key, 7.25 if isinstance(before, float | int | np.ndarray) else lambda *_: None)
    try:
        assert alterations() == (f"{prefix}.{key}",)
    finally:
        setattr(owner, key, before)
    assert alterations() == ()


def test_what_was_set_before_the_model_was_imported_is_named():
    program = """
    import functools, json
    import sim.bond_market.foreign_investors as flows
    import sim.bond_market.group_terms as terms
    import sim.accounting.securities
    from scenarios.baseline import observations
    real = terms.unhedged_signal_pp
    terms.unhedged_signal_pp = functools.wraps(real)(lambda *told: real(*told))
    flows.target_terms = lambda *told: 9.0
    sim.accounting.securities.MOST_HELD = 0.5
    observations().clear()
    import sim.model
    from sim.provenance.loaded_code import alterations
    print(json.dumps(alterations()))
    """
    rules_set = {
        f"sim.bond_market.{name}" for name in ("group_terms.unhedged_signal_pp", "foreign_investors.target_terms")
    }
    expected = rules_set | {"sim.accounting.securities.MOST_HELD", "scenarios.baseline.observations()"}
    assert set(in_a_process(program)) == expected


def test_an_altered_model_runs_says_so_once_and_solves_a_2020_of_its_own(monkeypatch, short, bits):
    monkeypatch.setattr(notices, "_said", set())
    asked = short("plan", end="2021-02")
    before = sim.run(asked)
    with monkeypatch.context() as context:
        context.setattr(sim.accounting.securities, "MOST_HELD", 0.0)
        with pytest.warns(ModelNotice, match="not the installed one: sim.accounting.securities.MOST_HELD") as said:
            other = sim.run(asked)
            sim.run(asked)
    assert len(said) == 1
    assert other.provenance["code"] == "altered"
    assert other.provenance["altered"] == ["sim.accounting.securities.MOST_HELD"]
    assert other.provenance["model_digest"] == f"{model_digest()}, altered"
    assert bits(sim.run(asked).indicators) == bits(before.indicators)


@quiet
def test_an_altered_model_is_refused_wherever_it_would_pass_for_the_installed_one(monkeypatch, tmp_path, short):
    asked = ensemble_requests([short("plan", end="2021-01")], runs=1, draws=0)
    outcome = executed(asked[0])
    forecast = RegisteredForecast({}, (2021,), {})
    monkeypatch.setattr(sim.accounting.securities, "MOST_HELD", 0.8)
    uses = [
        lambda: sim.ensemble([short("plan")], runs=1, store=tmp_path / "store", workers=1),
        lambda: sim.ensemble([short("plan")], runs=2, workers=2),
        lambda: list(run_many(asked, executor=object())),
        lambda: Workers(1).executor(),
        lambda: register(forecast, tmp_path / "forecast.json"),
    ]
    for use in uses:
        with pytest.raises(
            InputError, match=r"not the installed one: sim\.accounting\.securities\.MOST_HELD; .*a copy of"
        ):
            use()
    assert list(tmp_path.iterdir()) == []
    with Store.writing(tmp_path / "store") as store, pytest.raises(InputError, match="under the key of the installed"):
        store.append([outcome])
    assert Store.open(tmp_path / "store").keys() == set()


@quiet
def test_an_ensemble_in_this_process_carries_the_label(monkeypatch, short):
    with monkeypatch.context() as context:
        context.setattr(sim.accounting.securities, "MOST_HELD", 0.85)
        ensemble = sim.ensemble([short("plan", end="2021-01")], runs=1, draws=0, workers=1)
    assert ensemble.altered == ("sim.accounting.securities.MOST_HELD",)
    assert "not of the installed model: sim.accounting.securities.MOST_HELD" in repr(ensemble)


@quiet
def test_an_outcome_of_another_process_that_was_altered_is_a_failure(monkeypatch, tmp_path, short):
    (request,) = ensemble_requests([short("plan", end="2021-01")], runs=1, draws=0)
    with monkeypatch.context() as context:
        context.setattr(sim.accounting.securities, "MOST_HELD", 0.85)
        outcome = executed(request)
    failed = of_the_installed_model(outcome)
    assert failed.status == "failed"
    assert "MOST_HELD" in failed.error
    with Store.writing(tmp_path) as store, pytest.raises(InputError, match="MOST_HELD"):
        store.append([outcome])


def test_a_process_with_another_model_does_not_answer_for_the_one_that_is_asked(short):
    from dataclasses import replace

    (request,) = ensemble_requests([short("plan", end="2021-01")], runs=1, draws=0)
    outcome = executed(replace(request, model="0123456789abcdef"))
    assert outcome.status == "failed"
    assert model_digest() in outcome.error
    assert "0123456789abcdef" in outcome.error


def test_several_threads_may_look_at_once(monkeypatch):
    monkeypatch.setattr(loaded_code, "_watched", [])
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: alterations(), range(32)))
    assert set(found) == {()}


EDITED = """
import json, pathlib, sim.model, sim.accounting.securities
from sim.provenance.model_digest import model_digest
file = pathlib.Path(sim.accounting.securities.__file__)
before = file.read_text()
file.write_text(before.replace("MOST_HELD = 0.999", "MOST_HELD = 0.899"))
assert file.read_text() != before
try:
    from sim.provenance.loaded_code import alterations
    print(json.dumps([model_digest(), alterations(), sim.accounting.securities.MOST_HELD]))
finally:
    file.write_text(before)
"""


def test_a_file_edited_after_it_was_loaded_leaves_the_digest_of_what_was_loaded(copied):
    digest, found, value = in_a_process(EDITED, path=copied)
    assert value == 0.999
    assert digest == model_digest()
    assert found == []


@pytest.mark.slow
def test_data_edited_while_the_model_is_loaded_are_named(copied):
    program = """
    import json, pathlib, sim.model
    from sim.provenance import loaded_code
    from sim.provenance.loaded_code import alterations
    first = alterations()
    file = pathlib.Path(sim.model.__file__).parents[1] / "scenarios" / "data" / "baseline.csv"
    before = file.read_bytes()
    file.write_bytes(before + b"\\n")
    loaded_code.watched().looked = -1e9
    found = alterations()
    file.write_bytes(before)
    loaded_code.watched().looked = -1e9
    print(json.dumps([first, found, alterations()]))
    """
    first, found, last = in_a_process(program, path=copied)
    assert first == last == []
    assert found == ["scenarios/data/baseline.csv (the file was changed after the model was loaded)"]


CHECKED = "import json, sim.model, sim.runs.one_run, sim.solving.history; "
CHECKED += "from sim.provenance.loaded_code import code_status; "
CHECKED += "from sim.provenance.model_digest import model_digest; print(json.dumps([code_status(), model_digest()]))"


@pytest.mark.slow
@pytest.mark.parametrize("flags", [["-O"], ["-OO"], ["-B"], ["-X", "no_debug_ranges"]], ids=" ".join)
def test_flags_of_python_change_neither_digest_nor_verdict(flags):
    assert in_a_process(CHECKED, *flags) == ["as installed", model_digest()]


@pytest.mark.slow
def test_a_model_in_a_zip_file_is_checked_like_any_other(copied, tmp_path):
    archive = tmp_path / "model.zip"
    with zipfile.ZipFile(archive, "w") as written:
        for file in copied.rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                written.write(file, file.relative_to(copied))
    assert in_a_process(CHECKED, path=archive) == ["as installed", model_digest()]


@pytest.mark.slow
def test_an_installation_without_sources_has_a_digest_of_its_code(copied, tmp_path):
    folder = tmp_path / "compiled"
    shutil.copytree(copied, folder, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-m", "compileall", "-b", "-q", str(folder)], check=True)
    for source in folder.rglob("*.py"):
        source.unlink()
    status, digest = in_a_process(CHECKED, path=folder)
    assert status == "as installed"
    changed = next(folder.rglob("securities.pyc"))
    changed.write_bytes(changed.read_bytes().replace(b"MOST_HELD", b"MOST_KEPT"))
    assert in_a_process(CHECKED, path=folder)[1] != digest


def test_a_module_whose_loader_has_no_code_is_said_to_be_unchecked(monkeypatch):
    found = loaded_code.Watched({})
    monkeypatch.setattr(loaded_code, "installed_code", lambda _: None)
    found.note_new_modules()
    assert found.alterations() == ()
    assert "sim.bond_market.foreign_investors" in found.unchecked


BEFORE = b'''"""A module."""

# A comment
RATE = 0.5  # per year
TEXT = """kept

  text"""


def rule(value):
    """What it does."""
    "Another statement."
    return f"{value:#x} # {RATE}"
'''


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"""A module."""', b'"""Another\ndocstring."""'),
        (b"# A comment\n", b""),
        (b"  # per year", b""),
        (b'    """What it does."""\n', b""),
        (b'    "Another statement."\n', b"    # a comment\n\n"),
        (b"\n\n\ndef", b"\n\ndef"),
    ],
)
def test_comments_docstrings_and_empty_lines_are_not_in_the_digest(old, new):
    assert old in BEFORE
    assert code_alone(BEFORE.replace(old, new)) == code_alone(BEFORE)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"0.5", b"0.6"), (b"kept\n\n", b"kept\n"), (b"  text", b"text"), (b"# {RATE}", b"{RATE}"), (b"#x", b"x")],
)
def test_every_change_of_code_is_in_the_digest(old, new):
    assert old in BEFORE
    assert code_alone(BEFORE.replace(old, new)) != code_alone(BEFORE)


def test_a_source_that_cannot_be_read_counts_as_it_is():
    assert code_alone(b"def broken(:\n  # a comment") == b"def broken(:\n  # a comment"
    assert code_alone(b"\xff\xfe") == b"\xff\xfe"


def test_the_code_alone_compiles_to_the_code_of_the_source():
    import ast

    def stripped(source):
        tree = ast.parse(source)
        for node in ast.walk(tree):
            for name in ("body", "orelse", "finalbody"):
                body = getattr(node, name, None)
                if isinstance(body, list):
                    kept = [each for each in body if not _is_text(each)]
                    setattr(node, name, kept)
        return ast.dump(tree)

    def _is_text(node):
        return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)

    compared = 0
    for name, (content, _) in loaded_code.watched().files.items():
        if name.endswith(".py"):
            try:
                tree = stripped(code_alone(content))
            except SyntaxError:  # a body of nothing but its docstring
                continue
            assert tree == stripped(content), name
            compared += 1
    assert compared > 90
