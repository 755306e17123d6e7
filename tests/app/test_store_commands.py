"""Commands on a store: they show the experiment that is meant, say what is wrong with a store, and lose nothing."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

import app.entry
import sim
from app.cli import command_line
from app.web import charts
from app.web.words import Words
from scenarios.loader import load
from scenarios.spreadsheet import plain_cells
from sim.experiments import export as export_module
from sim.experiments import pool
from sim.experiments.store import Store
from tests.sim.experiments.fabricated import COLUMNS, MONTHS, fabricated

ROOT = Path(sim.__file__).parent.parent
BATCH = ("--runs", "2", "--draws", "0", "--scale", "0.05", "--workers", "1")


@pytest.fixture
def cli(capsys, monkeypatch):
    """Call a command in this process; runs give fabricated results."""
    monkeypatch.setattr(pool, "executed", fabricated)

    def called(*arguments):
        code = command_line([str(each) for each in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return called


@pytest.fixture
def store(tmp_path, cli):
    """A batch, and another one of the same name with a setting."""
    folder = tmp_path / "my runs"
    assert cli("batch", "plan", "committed", *BATCH, "--store", folder)[0] == 0
    assert cli("batch", "plan", *BATCH, "--set", "bond_market_access=0.9@2022-01", "--store", folder)[0] == 0
    return folder


def test_designs_lists_every_experiment_with_its_settings(store, cli):
    code, out, _ = cli("designs", store, "--json")
    first, second = json.loads(out)
    assert code == 0
    assert (first["number"], first["kind"], first["scenarios"], first["asked"]) == (
        1,
        "batch",
        ["plan", "committed"],
        4,
    )
    assert second["label"] == "--scale 0.05 --draws 0 --set bond_market_access=0.9@2022-01"
    assert second["done"] == 2 and second["resumable"] is True
    assert cli("designs", store, "-q")[1] == "1\n2\n"
    assert "bond_market_access=0.9@2022-01" in cli("designs", store)[1]


def test_compare_shows_the_last_experiment_says_so_and_shows_the_one_that_is_chosen(store, cli):
    _, out, _ = cli("compare", store, "--baseline", "plan", "--json")
    told = json.loads(out)
    assert told["design"]["number"] == 2 and {row["scenario"] for row in told["targets"]} == {"plan"}
    code, out, _ = cli("compare", store, "--design", "1", "--json")
    told = json.loads(out)
    assert code == 0 and told["design"]["number"] == 1
    assert {row["scenario"] for row in told["targets"]} == {"plan", "committed"}
    assert cli("compare", store, "--design", "1")[1].startswith("Design 1: batch of plan, committed")
    code, out, err = cli("compare", store, "--design", "7")
    assert (code, out) == (2, "") and "holds no design 7 (1, 2)" in err


def test_doctor_says_what_is_wrong_changes_nothing_and_repairs_when_asked(store, cli):
    assert cli("doctor", store)[:2] == (0, "6 runs are whole; nothing is wrong\n")
    lost = sorted((store / "indicators").iterdir())[0]
    lost.unlink()
    for reader in (("compare",), ("export", "--to", store.parent / "out"), ("designs",)):
        code, out, err = cli(reader[0], store, *reader[1:])
        assert (code, out) == (2, "") and str(lost) in err and "lujiazui doctor" in err
    assert not (store.parent / "out").exists()
    code, out, err = cli("batch", "--resume", "--store", store)
    assert code == 2 and str(lost) in err
    before = sorted(path for path in store.rglob("*"))
    code, out, _ = cli("doctor", store, "--json")
    told = json.loads(out)
    assert code == 2 and not told["sound"] and sorted(path for path in store.rglob("*")) == before
    assert told["problems"] == [{"file": str(lost), "problem": "is missing", "code": "value.missing"}]
    assert [(run["scenario"], run["run"]) for run in told["to_compute"]] == [
        ("plan", 0),
        ("committed", 0),
        ("plan", 1),
        ("committed", 1),
    ]
    assert cli("doctor", store, "-q")[:2] == (2, f"{lost}\n")
    code, out, _ = cli("doctor", store, "--repair")
    assert code == 0 and f"Next: lujiazui batch --resume --store '{store}' --design 1" in out
    assert cli("batch", "--resume", "--store", store, "--design", "1", "--workers", "1")[0] == 0
    code, out, _ = cli("doctor", store, "--json")
    assert code == 0 and json.loads(out)["done"] == 6 and json.loads(out)["to_compute"] == []
    assert len(Store.open(store).designs()) == 2


def test_a_scenario_that_is_printed_takes_the_name_of_the_file_it_is_kept_in(cli, tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text(cli("scenarios", "plan")[1])
    assert load(own).name == "own"
    assert load(own).content_hash() == load("plan").content_hash()
    code, _, _ = cli("batch", "plan", own, *BATCH, "--store", tmp_path / "runs")
    assert code == 0 and list(sim.Ensemble.of_store(Store.open(tmp_path / "runs")).values) == ["plan", "own"]


def test_an_export_has_each_month_of_each_run_once_and_says_what_it_rests_on(store, cli, tmp_path):
    code, out, _ = cli("export", store, "--to", tmp_path / "csv", "--format", "csv", "--design", "1", "-q")
    assert code == 0 and [Path(line).name for line in out.splitlines()] == [
        "runs.csv",
        "indicators.csv",
        "levers.csv",
        "dictionary.csv",
        "about.json",
    ]
    table = pd.read_csv(tmp_path / "csv" / "indicators.csv")
    assert len(table) == 4 * MONTHS and not table.duplicated(["scenario", "run", "month"]).any()
    about = json.loads((tmp_path / "csv" / "about.json").read_text())
    assert about["units"]["turnover_total"] == "trn yuan per month"
    assert (about["runs_done"], about["runs_asked"], about["conditional_replay"]) == (4, 4, False)
    assert about["design"]["number"] == 1 and about["seed"] == [1_000_000, 1_000_001]


def test_an_export_that_fails_leaves_nothing_and_one_that_was_killed_is_begun_anew(store, cli, tmp_path, monkeypatch):
    target = tmp_path / "out"

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(pd.DataFrame, "to_csv", full)
        code, out, err = cli("export", store, "--to", target, "--format", "csv")
        assert (code, out) == (2, "") and "No space left on device" in err and not target.exists()
        target.mkdir()
        assert cli("export", store, "--to", target, "--format", "csv")[0] == 2 and list(target.iterdir()) == []

    class Killed(BaseException):
        pass

    def killed(*_, **__):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(export_module, "months_asked", killed)
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)  # a process that is killed clears nothing away
        patch.setattr(Path, "rmdir", lambda *_: None)
        with pytest.raises(Killed):
            cli("export", store, "--to", target, "--format", "csv")
    assert [path.name for path in target.iterdir()] == [".unfinished"]
    assert cli("export", store, "--to", target, "--format", "csv")[0] == 0
    names = ["about.json", "dictionary.csv", "indicators.csv", "levers.csv", "runs.csv"]
    assert sorted(path.name for path in target.iterdir()) == names
    code, _, err = cli("export", store, "--to", target, "--format", "csv")
    assert code == 2 and "is not empty" in err


@pytest.mark.parametrize("kind", ["csv", "parquet", "netcdf", "stata"])
def test_the_folder_of_an_export_is_literal(store, cli, tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    for name in ("~", "t[1]*", os.fsdecode(b"t\xff")):
        assert cli("export", store, "--to", name, "--format", kind)[0] == 0
        assert any(path.name.startswith("indicators.") for path in (tmp_path / name).iterdir())


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@sum", "\tx", "\rx"])
def test_no_text_of_an_exported_table_is_a_formula(cli, tmp_path, name):
    nasty = sim.Scenario(**{**load("plan").plain(), "name": name, "scale": 0.05, "end": "2021-12"})
    request = sim.experiments.requests.ensemble_requests([nasty], runs=1, draws=0)
    with Store.writing(tmp_path / "runs") as written:
        written.keep_design(request)
        written.append([fabricated(request[0])])
    assert cli("export", tmp_path / "runs", "--to", tmp_path / "out", "--format", "csv")[0] == 0
    for table in ("runs", "indicators", "levers"):
        read = pd.read_csv(tmp_path / "out" / f"{table}.csv", keep_default_na=False, dtype=str, lineterminator="\n")
        assert set(read["scenario"]) == {"'" + name}
    ensemble = sim.Ensemble.of_store(Store.open(tmp_path / "runs"))
    chart = charts.fan_csv(ensemble, [name], "foreign_bond_share", Words("en"))
    assert set(pd.read_csv(io.StringIO(chart), lineterminator="\n")["scenario"]) == {"'" + name}
    numbers = pd.DataFrame({"x": [-1.5, 2.0], "t": ["-", "b"]})
    assert plain_cells(numbers).to_dict("list") == {"x": [-1.5, 2.0], "t": ["'-", "b"]}


def test_rerun_works_from_the_store_alone_and_says_why_bits_differ(store, cli, monkeypatch):
    """What a run gives is made up here, first as it was stored and then with other last bits."""
    key = Store.open(store).runs["key"][0]
    result = pd.DataFrame(fabricated(Store.open(store).request(key)).values, columns=list(COLUMNS))
    result.index = pd.date_range("2020-01-31", periods=MONTHS, freq="ME")

    class Result:
        def __init__(self, indicators):
            self.indicators = indicators
            self.provenance = {"kind": "simulation", "altered": []}

    from sim.experiments.requests import RunRequest

    monkeypatch.setattr(RunRequest, "execute", lambda _: Result(result))
    code, out, _ = cli("rerun", store, key[:12])
    assert code == 0 and out.endswith("the same to the bit\n")
    monkeypatch.setattr(RunRequest, "execute", lambda _: Result(result * (1.0 + 4e-16)))
    code, out, _ = cli("rerun", store, key[:12])
    assert code == 1 and "not the same: values differ by up to" in out and "of the plan" in out
    assert "it was computed with the kernels 'tests' and this machine has " in out
    told = json.loads(cli("rerun", store, key, "--json")[1])
    assert told["kernels"] == "tests" and 0.0 < told["largest_difference"] < 1e-15 and told["reason"]


@pytest.mark.parametrize(
    ("patched", "number", "told"),
    [
        ("os.fsync", 28, "store: cannot be written: No space left on device"),
        ("fcntl.flock", 95, "has no locks"),
        ("sim.experiments.requests.checked_for_replay", 24, "the system refused: Too many open files"),
    ],
)
def test_what_the_system_refuses_is_not_called_the_output(tmp_path, monkeypatch, capsys, patched, number, told):
    def refuses(*_, **__):
        raise OSError(number, os.strerror(number))

    arguments = ["batch", "plan", "--runs", "1", "--scale", "0.05", "--workers", "1", "--store", str(tmp_path / "runs")]
    monkeypatch.setattr(sys, "argv", ["lujiazui", *arguments])
    monkeypatch.setattr(patched, refuses)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    with pytest.raises(SystemExit) as ended:
        app.entry.main()
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert told in err and "the output" not in err and len(err.splitlines()) == 1


def test_sigterm_keeps_what_is_done_and_says_how_to_go_on(tmp_path):
    """Runs of 0.2 seconds, of which far fewer than a part are done when the signal comes."""
    program = tmp_path / "program.py"
    program.write_text(
        "import sys, time\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "import app.entry\n"
        "from sim.experiments import pool\n"
        "from tests.sim.experiments.fabricated import fabricated\n"
        "def slow(request):\n"
        "    time.sleep(0.2)\n"
        "    print('ran', file=sys.stderr, flush=True)\n"
        "    return fabricated(request)\n"
        "pool.executed = slow\n"
        "app.entry.main()\n"
    )
    store = tmp_path / "runs"
    arguments = ["batch", "plan", "--runs", "500", *BATCH[2:], "--store", str(store)]
    process = subprocess.Popen(
        [sys.executable, str(program), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    seen = 0
    while seen < 4:
        assert process.stderr.readline() == "ran\n"
        seen += 1
    time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    ran = seen + err.count("ran\n")
    assert process.returncode == 2 and not out and "Traceback" not in err
    assert err.endswith(f"Interrupted; {ran} runs are kept. To go on: lujiazui batch --resume --store {store}\n")
    assert Store.open(store).counts() == {"done": ran}


@pytest.mark.parametrize(
    "command",
    [
        ("batch", "plan", *BATCH, "--store"),
        ("export", "STORE", "--to"),
        ("calibrate", "--quick", "--out"),
    ],
    ids=lambda command: command[0],
)
def test_a_file_in_the_place_of_a_folder_is_named_as_what_it_is(store, cli, tmp_path, command):
    file = tmp_path / "notes.txt"
    file.write_text("mine")
    code, out, err = cli(*(store if each == "STORE" else each for each in command), file)
    assert (code, out) == (2, "") and len(err.splitlines()) == 1
    assert str(file) in err and "is not a folder" in err
    assert file.read_text() == "mine"


def test_a_scenario_that_is_named_twice_is_named(cli, tmp_path):
    code, _, err = cli("batch", "plan", "committed", "plan", *BATCH, "--store", tmp_path / "runs")
    assert code == 2 and "the scenario 'plan' is named twice" in err


def test_one_experiment_is_counted_as_one(cli, tmp_path):
    cli("batch", "plan", *BATCH, "--store", tmp_path / "runs")
    assert cli("designs", tmp_path / "runs")[1].splitlines()[0].strip() == "1 experiment"


def test_the_size_of_a_small_exported_file_is_not_zero(store, cli, tmp_path):
    out = cli("export", store, "--to", tmp_path / "tables")[1]
    sizes = dict(line.rsplit("  ", 1) for line in out.splitlines())
    for path, size in sizes.items():
        stated = float(size.split()[0]) * {"kB": 1e3, "MB": 1e6}[size.split()[1]]
        assert stated > 0 and abs(stated - Path(path).stat().st_size) <= max(1e3, 0.05 * stated), (path, size)
