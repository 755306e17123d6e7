"""Random damage to a store: every reader is right or names the file; a repair and a resume make it whole."""

import os
import shutil
import tempfile
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

import sim
from scenarios.errors import InputError
from sim.experiments import ensemble as ensemble_module
from sim.experiments import store_files
from sim.experiments.doctor import examined, repaired
from sim.experiments.ensemble import run_into_store, run_requests
from sim.experiments.export import months_asked, runs_asked
from sim.experiments.requests import ensemble_requests
from sim.experiments.store import Store
from tests.sim.experiments.fabricated import fabricated, failing

FREE = ["seconds", "finished", "part"]


@pytest.fixture(scope="module")
def asked(short):
    """Two experiments: a pair of scenarios with parameters drawn for each run, and another scenario at the centre."""
    return (
        ensemble_requests([short("plan"), short("committed")], runs=3),
        ensemble_requests([short("stretch")], runs=2, draws=0),
    )


@pytest.fixture(scope="module")
def sound(asked, tmp_path_factory):
    """A store of four parts and two designs, in which a run failed before it was done."""
    folder = tmp_path_factory.mktemp("sound") / "runs"
    pair, single = asked
    with Store.writing(folder) as store:
        store.keep_design(pair)
        store.append([failing(pair[0]), *(fabricated(each) for each in pair[1:3])])
        store.append([fabricated(pair[0])])
        store.append([fabricated(each) for each in pair[3:]])
        store.keep_design(single, label="--draws 0")
        store.append([fabricated(each) for each in single])
    return folder


def as_tables(ensemble):
    """All that an ensemble holds, as what compares to the bit."""
    return {
        "values": {name: values.tobytes() for name, values in ensemble.values.items()},
        "pairings": dict(ensemble.pairings),
        "scenarios": {name: each.plain() for name, each in ensemble.scenarios.items()},
        "rest": (ensemble.columns, ensemble.first_month, ensemble.runs, ensemble.failures, ensemble.kinds),
    }


def of(table):
    return table.drop(columns=FREE, errors="ignore").to_csv(index=False)


SQL = """
select scenario, run, sum(turnover_total) as total from indicators join runs using (key) group by all order by all
"""
READERS = {
    "runs": lambda store: of(store.runs),
    "counts": lambda store: store.counts(),
    "indicators": lambda store: of(store.indicators),
    "sql": lambda store: of(store.query(SQL)),
    "the last design": lambda store: as_tables(sim.Ensemble.of_store(store)),
    "the first design": lambda store: as_tables(sim.Ensemble.of_store(store, design=1)),
    "designs": lambda store: [(each.plain(), each.done, each.failed) for each in store.designs()],
    "levers": lambda store: of(store.levers),
    "scenarios": lambda store: {digest: each.plain() for digest, each in store.scenarios.items()},
    "exported": lambda store: (of(months_asked(store, 1)), of(runs_asked(store, 1))),
    "requests": lambda store: [each.key for each in store.requests_of_design(1)],
    "a run": lambda store: [store.request(key).key for key in sorted(store.keys())],
    "its values": lambda store: [of(store.values(key)) for key in sorted(store.keys())],
}


@pytest.fixture(scope="module")
def truth(sound):
    return {name: read(Store.open(sound)) for name, read in READERS.items()}


def files_of(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "lock")


def damage(draw, folder):
    """One random act of damage; returns the files that it touched."""
    files = files_of(folder)
    path = draw(st.sampled_from(files))
    kind = draw(st.sampled_from(["truncate", "flip", "delete", "swap", "copy", "rename", "zero", "grow", "folder"]))
    size = path.stat().st_size
    note(f"{kind} {path.relative_to(folder)}")
    if kind == "truncate":
        os.truncate(path, draw(st.integers(0, max(size - 1, 0))))
    elif kind == "flip" and size:
        content = bytearray(path.read_bytes())
        content[draw(st.integers(0, size - 1))] ^= 1 << draw(st.integers(0, 7))
        path.write_bytes(content)
    elif kind == "delete":
        path.unlink()
    elif kind == "swap":
        other = draw(st.sampled_from([each for each in files if each != path]))
        mine, theirs = path.read_bytes(), other.read_bytes()
        path.write_bytes(theirs)
        other.write_bytes(mine)
        return {path, other}
    elif kind in ("copy", "rename"):
        name = draw(
            st.sampled_from(["._" + path.name, "copy of " + path.name, path.name.replace("0000000", "0000009")])
        )
        target = draw(st.sampled_from(files)).parent / name
        if target == path:
            return {path}
        shutil.copy(path, target)
        if kind == "rename":
            path.unlink()
        return {path, target}
    elif kind in ("zero", "flip"):
        path.write_bytes(bytes(size))
    elif kind == "grow":
        path.write_bytes(path.read_bytes() + draw(st.binary(min_size=1, max_size=40)))
    else:
        shutil.rmtree(path.parent) if path.parent != folder else path.unlink()
        return {path, path.parent, *(each for each in files if each.parent == path.parent)}
    return {path}


def read_or_refused(folder, truth, touched):
    """Each reader's answer is the true one, or an error that names a file that was touched."""
    for name, read in READERS.items():
        try:
            answer = read(Store.open(folder))
        except InputError as error:
            places = [Path(problem.where) for problem in error.problems]
            assert all(place in touched or place.parent in touched for place in places), (name, str(error), touched)
        else:
            assert answer == truth[name], name


def whole_again(folder, asked):
    """A repair and the same commands again make what an undamaged store says."""
    repaired(folder)
    for requests in asked:
        run_requests(requests, store=folder, workers=1)
        ensemble = sim.Ensemble.of_store(Store.open(folder), requests)
        for name, values in ensemble.values.items():
            own = {each.run: fabricated(each).values for each in requests if each.scenario.name == name}
            assert values.tobytes() == np.stack([own[run] for run in ensemble.runs]).tobytes()
    after = examined(folder)
    assert after.sound and not after.lost, after
    assert Store.open(folder).counts() == {"done": 8}


def check(data, sound, truth, asked, times):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "runs"
        shutil.copytree(sound, folder)
        touched = set()
        for _ in range(times):
            if files_of(folder):
                touched |= damage(data.draw, folder)
        before = {path: path.read_bytes() for path in files_of(folder)}
        read_or_refused(folder, truth, touched)
        if folder.exists() and files_of(folder):
            try:
                found = examined(folder)
            except InputError as error:  # a store.json whose format says another version cannot be told from one
                assert "format" in str(error) or "is no store" in str(error)
                return
            assert {path: path.read_bytes() for path in files_of(folder)} == before, "doctor changed something"
            if found.sound:
                read_or_refused(folder, truth, set())
            whole_again(folder, asked)


@pytest.mark.usefixtures("no_model")
@settings(max_examples=6, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(data=st.data())
def test_a_damaged_store_is_read_rightly_or_refused_and_can_be_made_whole(data, sound, truth, asked):
    check(data, sound, truth, asked, 1)


@pytest.mark.slow
@pytest.mark.usefixtures("no_model")
@settings(max_examples=150, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(data=st.data(), times=st.integers(1, 4))
def test_many_damaged_stores_are_read_rightly_or_refused_and_can_be_made_whole(data, times, sound, truth, asked):
    check(data, sound, truth, asked, times)


def test_a_lost_part_of_the_indicators_is_named_and_computed_again(sound, asked, truth, tmp_path, no_model):
    folder = tmp_path / "runs"
    shutil.copytree(sound, folder)
    lost = sorted((folder / "indicators").iterdir())[0]
    lost.unlink()
    for read in READERS.values():
        with pytest.raises(InputError, match=rf"{lost.name}: store: is missing \(see: lujiazui doctor"):
            read(Store.open(folder))
    with pytest.raises(InputError, match=r"is missing"):
        run_requests(asked[0], store=folder, workers=1)
    found = examined(folder)
    assert [problem.where for problem in found.problems] == [str(lost)]
    assert [(run.scenario, run.run) for run in found.lost] == [("committed", 0), ("plan", 1)]
    assert found.incomplete == (1,)
    assert repaired(folder).after.sound
    no_model.clear()
    run_into_store(Store.open(folder).requests_of_design(1), folder, workers=1)
    assert [(each.scenario.name, each.run) for each in no_model] == [("committed", 0), ("plan", 1)]
    assert as_tables(sim.Ensemble.of_store(Store.open(folder), design=1)) == truth["the first design"]


def test_values_that_are_not_those_of_their_row_are_noticed_even_where_every_file_is_whole(asked, tmp_path):
    """A part with the values of another run under the digest of its bytes: the digest in the row does not fit."""
    folder = tmp_path / "runs"
    with Store.writing(folder) as store:
        store.append([fabricated(asked[0][0]), fabricated(asked[0][1])])
        catalogue = store.catalogue()
        path = folder / "indicators" / catalogue.indicators[0]
        first, second = store.runs_of_part(path)
        rows = store.rows_of_part(catalogue.runs[0])
    from dataclasses import replace

    from sim.experiments.store import rows_table
    from sim.experiments.store_files import Catalogue

    exchanged = [replace(first, values=second.values), replace(second, values=first.values)]
    with Store.writing(tmp_path / "other") as store:
        store.keep_design(asked[0][:2])
        store.add_part(Catalogue.read(store.folder), rows_table(rows.to_dict("records")), exchanged)
    opened = Store.open(tmp_path / "other")
    with pytest.raises(InputError, match="does not hold the stored indicators of the run"):
        sim.Ensemble.of_store(opened)
    found = examined(tmp_path / "other")
    assert len(found.problems) == 1 and len(found.lost) == 2
    assert repaired(tmp_path / "other").after.done == 0


def test_what_is_whole_of_a_part_is_kept_when_another_run_of_it_is_not(asked, tmp_path):
    from dataclasses import replace

    from sim.experiments.store import rows_table
    from sim.experiments.store_files import Catalogue

    folder = tmp_path / "runs"
    outcomes = [fabricated(each) for each in asked[0][:3]]
    with Store.writing(folder) as store:
        store.append(outcomes)
        catalogue = store.catalogue()
        runs = list(store.runs_of_part(folder / "indicators" / catalogue.indicators[0]))
        rows = store.rows_of_part(catalogue.runs[0])
    with Store.writing(tmp_path / "other") as store:
        store.keep_design(asked[0])
        spoilt = [replace(runs[0], values=runs[0].values + 1e-12), *runs[1:]]
        store.add_part(Catalogue.read(store.folder), rows_table(rows.to_dict("records")), spoilt)
    done = repaired(tmp_path / "other")
    assert done.after.sound and done.after.done == 2
    assert len(done.moved) == 2
    kept = Store.open(tmp_path / "other")
    assert kept.keys() == {outcome.key for outcome in outcomes[1:]}
    assert (kept.values(outcomes[1].key).to_numpy() == outcomes[1].values).all()


@pytest.mark.parametrize("table", ["scenarios", "parameters"])
def test_scenarios_and_drawn_parameters_are_written_again_from_the_rest(sound, truth, tmp_path, table):
    folder = tmp_path / "runs"
    shutil.copytree(sound, folder)
    for path in (folder / table).iterdir():
        path.write_bytes(path.read_bytes()[:-10])
    done = repaired(folder)
    assert len(done.restored) == len(list((folder / table).iterdir())) == {"scenarios": 3, "parameters": 4}[table]
    assert done.after.sound and not done.after.lost
    assert READERS["a run"](Store.open(folder)) == truth["a run"]


def test_a_flipped_bit_anywhere_in_the_indicators_is_noticed(sound, tmp_path):
    folder = tmp_path / "runs"
    shutil.copytree(sound, folder)
    path = sorted((folder / "indicators").iterdir())[2]
    whole = path.read_bytes()
    for place in np.linspace(0, len(whole) * 8 - 1, 60).astype(int).tolist():
        content = bytearray(whole)
        content[place // 8] ^= 1 << (place % 8)
        path.write_bytes(content)
        with pytest.raises(InputError, match=f"{path.name}: store: is damaged"):
            sim.Ensemble.of_store(Store.open(folder), design=1)


def test_what_a_killed_writer_left_unlisted_is_taken_up_or_cleared_away(sound, truth, tmp_path):
    """The catalogue of a moment before: the last part and the last design are whole and not listed yet."""
    from sim.experiments.store_files import Catalogue

    folder = tmp_path / "runs"
    shutil.copytree(sound, folder)
    now = Catalogue.read(folder)
    Catalogue(now.made, now.runs[:-1], now.indicators[:-1], now.designs[:-1]).write(folder)
    before = Store.open(folder)
    assert before.counts() == {"done": 6} and len(before.designs()) == 1
    with Store.writing(folder):
        pass
    assert as_tables(sim.Ensemble.of_store(Store.open(folder))) == truth["the last design"]
    Catalogue(now.made, now.runs[:-1], now.indicators[:-1], now.designs).write(folder)
    (folder / "runs" / now.runs[-1]).unlink()
    with Store.writing(folder) as store:
        assert store.counts() == {"done": 6}
    assert not (folder / "indicators" / now.indicators[-1]).exists()


class Refusing:
    """Lets a number of calls pass and then fails, as a process that is killed or a disk that is full."""

    def __init__(self, monkeypatch, error, at):
        self.error, self.at, self.calls = error, at, count()
        for owner, name in ((os, "fsync"), (Path, "replace"), (Path, "mkdir"), (Path, "open"), (os, "open")):
            monkeypatch.setattr(owner, name, self.watched(getattr(owner, name)))

    def watched(self, function):
        def instead(*arguments, **options):
            if next(self.calls) >= self.at:
                raise self.error
            return function(*arguments, **options)

        return instead


@pytest.mark.parametrize(
    ("error", "step"), [(KeyboardInterrupt(), 2), (OSError(28, "No space left on device"), 3)], ids=["kill", "full"]
)
def test_a_store_whose_making_or_filling_stops_anywhere_is_completed_by_the_next_call(
    tmp_path, asked, error, step, monkeypatch
):
    requests = asked[1]
    stops = 0
    for at in count(0, step):
        folder = tmp_path / f"runs{at}"
        with monkeypatch.context() as patch:
            Refusing(patch, error, at)
            try:
                with Store.writing(folder) as store:
                    store.keep_design(requests)
                    store.append([fabricated(each) for each in requests])
                break
            except (KeyboardInterrupt, InputError) as stopped:
                stops += 1
                if isinstance(stopped, InputError):
                    assert "No space left on device" in str(stopped) and str(folder) in str(stopped)
        with Store.writing(folder) as store:
            store.keep_design(requests)
            store.append([fabricated(each) for each in requests])
        assert examined(folder).sound
        assert sim.Ensemble.of_store(Store.open(folder)).runs == (0, 1)
    assert stops > 10


def test_a_batch_that_is_stopped_while_it_writes_keeps_all_that_was_run(tmp_path, asked, monkeypatch, no_model):
    monkeypatch.setattr(ensemble_module, "PART", 2)
    written = Store._append
    calls = count()

    def interrupted_once(self, outcomes):
        if next(calls) == 1:
            raise KeyboardInterrupt
        written(self, outcomes)

    monkeypatch.setattr(Store, "_append", interrupted_once)
    with pytest.raises(KeyboardInterrupt):
        run_requests(asked[0], store=tmp_path / "runs", workers=1)
    assert len(no_model) == 4
    assert Store.open(tmp_path / "runs").counts() == {"done": 4}


@pytest.mark.parametrize(
    "name", ["runs[1]", "ru*", "r?ns", "~", "~root", "a{b}", "it's", 'say "x"', "数据", "a b", "%41"]
)
def test_a_path_is_literal(tmp_path, asked, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    for decoy in ("runs1", "runs", "rabbit"):
        with Store.writing(tmp_path / decoy) as store:
            store.append([fabricated(each) for each in asked[1]])
    with Store.writing(name) as store:
        store.append([fabricated(asked[0][0])])
    assert (tmp_path / name / "store.json").is_file()
    opened = Store.open(name)
    monkeypatch.chdir("/")
    assert opened.runs["key"].tolist() == [asked[0][0].key]
    assert len(opened.indicators) == len(opened.query("select * from indicators")) == 24


def test_a_store_that_went_away_is_said_to_be_gone_and_is_no_empty_store(sound, tmp_path):
    folder = tmp_path / "runs"
    shutil.copytree(sound, folder)
    opened = Store.open(folder)
    assert opened.counts() == {"done": 8}
    folder.rename(tmp_path / "elsewhere")
    for read in READERS.values():
        with pytest.raises(InputError, match=f"{folder}: store: is missing"):
            read(opened)


def test_a_name_that_is_no_text_is_refused_before_anything_runs(tmp_path, asked, no_model):
    name = os.fsdecode(os.fsencode(tmp_path) + b"/run\xff")
    for call in (Store.open, Store.writing, lambda folder: run_requests(asked[1], store=folder, workers=1)):
        with pytest.raises(InputError, match="is not text in UTF-8"):
            call(name)
    assert no_model == [] and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "told"), [(37, "has no locks (No locks available)"), (95, "has no locks"), (24, "Too many open files")]
)
def test_what_the_system_refuses_names_the_store_and_the_reason(tmp_path, monkeypatch, number, told):
    import fcntl

    def refuses(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuses)
    with pytest.raises(InputError) as refused:
        Store.writing(tmp_path / "runs")
    assert told in str(refused.value) and str(tmp_path / "runs") in str(refused.value)


def test_a_store_of_the_first_format_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "runs").mkdir()
    (tmp_path / "store.json").write_text('{"format": 1, "made": "2026-01-01T00:00:00+00:00"}')
    for call in (Store.open, Store.writing, examined, repaired):
        with pytest.raises(InputError, match=r"without digests .* into a new folder"):
            call(tmp_path)


def test_the_last_bits_of_a_table_are_in_the_digest():
    from sim.experiments.outcomes import indicators_hash

    values = np.arange(6.0).reshape(3, 2)
    told = {
        indicators_hash(("a", "b"), 0, values),
        indicators_hash(("b", "a"), 0, values),
        indicators_hash(("a", "b"), 1, values),
        indicators_hash(("a", "b"), 0, values * (1.0 + 2e-16)),
        indicators_hash(("a", "b"), 0, np.where(values == 0.0, -0.0, values)),
    }
    assert len(told) == 5
    assert indicators_hash(("a", "b"), 0, np.asfortranarray(values)) in told


def test_a_folder_in_which_a_store_lies_is_none_and_is_left_alone(tmp_path, asked):
    """The folder of a store is called runs by default, as a table in a store is."""
    with Store.writing(tmp_path / "runs") as store:
        store.append([fabricated(each) for each in asked[1]])
    before = files_of(tmp_path)
    with pytest.raises(InputError, match="other things in it"):
        Store.writing(tmp_path)
    for call in (Store.open, examined, repaired):
        with pytest.raises(InputError, match=r"is not a store: it has no store\.json"):
            call(tmp_path)
    assert files_of(tmp_path) == before


def test_a_copy_without_its_empty_folders_is_a_store(sound, tmp_path, asked):
    folder = tmp_path / "runs"
    shutil.copytree(sound, folder)
    (folder / "vintages").rmdir()
    assert Store.open(folder).counts() == {"done": 8}
    with Store.writing(folder) as store:
        store.append([fabricated(asked[0][0])])
    assert (folder / "vintages").is_dir()


def test_a_part_that_a_writer_adds_while_a_reader_looks_is_no_damage(sound, asked, tmp_path, monkeypatch):
    folder = tmp_path / "runs"
    shutil.copytree(sound, folder)
    listed, added = store_files.names_in, []

    def adding(path):
        found = listed(path)
        if path.name == "indicators" and not added:
            added.append(path / "00000099-0123456789abcdef0123456789abcdef.parquet")
            added[0].write_bytes(b"being written")
        return found

    monkeypatch.setattr(store_files, "names_in", adding)
    assert Store.open(folder).counts()["done"] == len(asked[0]) + len(asked[1])
    assert added
