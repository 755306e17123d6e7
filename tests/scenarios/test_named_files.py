"""A file that a scenario names is a value: found beside the file that names it, hashed, part of the scenario."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import Drivers, InputError, Scenario, load, read_drivers
from scenarios.calendar import month_ordinal, month_text
from scenarios.drivers import DRIVERS
from scenarios.loader import parse_scenario
from scenarios.plausible import driver_ranges

HEAD = "month,usdcny,us10y_pct,vix,csi300_close,cn10y_pct"
GOOD = f"{HEAD}\n2021-01,6.5,1.1,25,5350,3.2\n2021-03,,1.5,,,\n"
ROWS = st.dictionaries(
    st.integers(month_ordinal("2021-01"), month_ordinal("2027-12")).map(month_text),
    st.sets(st.sampled_from(DRIVERS), min_size=1).flatmap(
        lambda columns: st.fixed_dictionaries(
            {name: st.floats(max(driver_ranges()[name].low, 0.3), driver_ranges()[name].high / 2) for name in columns}
        )
    ),
    min_size=1,
    max_size=8,
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Files in a folder that is not the working directory."""
    (tmp_path / "files").mkdir()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    (tmp_path / "files" / "drivers.csv").write_text(GOOD)
    return tmp_path / "files"


def write(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def test_drivers_are_found_beside_the_file_that_names_them_and_not_in_the_working_directory(folder):
    Path("drivers.csv").write_text(GOOD.replace("6.5", "7.5"))
    asked = load(write(folder, "policy: plan\nmacro: drivers.csv\n"))
    assert asked.macro == "drivers"
    assert asked.drivers == read_drivers(folder / "drivers.csv")
    assert asked.drivers.plain()["2021-01"]["usdcny"] == 6.5


def test_a_child_takes_over_the_drivers_that_a_parent_in_another_folder_names(folder):
    (folder / "parents").mkdir()
    write(folder / "parents", GOOD, "own.csv")
    write(folder / "parents", "macro: own.csv\n", "parent.yaml")
    child = load(write(folder, "extends: parents/parent.yaml\nscale: 0.5\n"))
    assert child.drivers == read_drivers(folder / "parents" / "own.csv")
    for macro in ("neutral", "adverse"):
        without = load(write(folder, f"extends: parents/parent.yaml\nmacro: {macro}\n", f"{macro}.yaml"))
        assert (without.macro, without.drivers) == (macro, None)


@pytest.mark.usefixtures("folder")
def test_in_python_a_path_of_drivers_is_relative_to_the_working_directory():
    Path("here.csv").write_text(GOOD)
    given_drivers = read_drivers("here.csv")
    for asked in (
        Scenario(name="x", macro="here.csv"),
        load("plan").with_macro("here.csv"),
        load("plan").with_macro(Path("here.csv")),
        load("plan").with_macro(given_drivers),
    ):
        assert (asked.macro, asked.drivers) == ("drivers", given_drivers)
    assert load("plan").with_macro("here.csv").with_macro("neutral") == load("plan")


def test_an_edited_file_is_another_content_and_a_copy_of_it_the_same(folder):
    first = load(write(folder, "macro: drivers.csv\n"))
    write(folder, GOOD, "copy.csv")
    assert load(write(folder, "macro: copy.csv\n", "copy.yaml")).content_hash() == first.content_hash()
    write(folder, GOOD.replace("6.5", "6.6"), "drivers.csv")
    again = load(folder / "mine.yaml")
    assert again.content_hash() != first.content_hash()
    assert again.macro_identity != first.macro_identity


def test_a_scenario_with_drivers_is_complete_without_the_file(folder):
    asked = load(write(folder, "policy: stretch\nmacro: drivers.csv\n"))
    (folder / "drivers.csv").unlink()
    (folder / "mine.yaml").unlink()
    assert Scenario(**json.loads(json.dumps(asked.plain()))) == asked
    written = load(write(folder, asked.to_yaml(), "again.yaml"))
    assert written == asked and written.content_hash() == asked.content_hash()
    assert parse_scenario(asked.to_yaml(), "sent.yaml").drivers == asked.drivers


@given(ROWS, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_digest_sees_values_and_not_how_a_file_writes_them(tmp_path_factory, rows, dice: random.Random):
    columns, months = ["month", "note", *DRIVERS], list(rows)
    dice.shuffle(columns)
    dice.shuffle(months)

    def cell(month, column):
        if column == "note":
            return dice.choice(["", "a", '"b, c"'])
        if column == "month":
            return month
        value = rows[month].get(column)
        if value is None:
            return dice.choice(["", "  "])
        return dice.choice([repr(value), f" {value!r}", f"{value:.17e}", f'"{value!r}"'])

    lines = [",".join(columns), *(",".join(cell(month, column) for column in columns) for month in months)]
    if "2028-01" not in rows and dice.random() < 0.5:
        lines.append(",".join("2028-01" if column == "month" else "" for column in columns))  # a month of gaps
    file = tmp_path_factory.mktemp("digest") / "d.csv"
    file.write_bytes(dice.choice(["\n", "\r\n"]).join(lines).encode(dice.choice(["utf-8", "utf-8-sig"])))
    drivers = read_drivers(file)
    assert drivers == Scenario(name="x", drivers=rows).drivers == Drivers.of_values(rows)
    assert drivers.digest == Drivers.of_values(rows).digest
    month = dice.choice(months)
    column = dice.choice(list(rows[month]))
    changed = {**rows, month: {**rows[month], column: rows[month][column] * 1.001}}
    assert Drivers.of_values(changed).digest != drivers.digest


@pytest.mark.parametrize(
    ("text", "files", "told"),
    [
        ("policy: plan\nmacro: gone.csv\n", {}, ["mine.yaml:2: macro: 'gone.csv': no such file"]),
        ("policy: plan\n\nmacro: sub/gone.csv\n", {}, ["mine.yaml:3: macro: 'sub/gone.csv': no such file"]),
        ("macro: bad.csv\nscale: -1\n", {"bad.csv": f"{HEAD}\n2021-01,x,1,20,5000,3\n2021-02,6,1,y,5000,3\n"}, [
            "bad.csv:2: usdcny: 'x' is not a number", "bad.csv:3: vix: 'y' is not a number", "mine.yaml:2: scale: "
        ]),
        ("policy: plan\nmacro: none.csv\n", {"none.csv": f"{HEAD}\n"}, ["mine.yaml:2: macro: none.csv: a macro file"]),
        ("policy: plan\nmacro: head.csv\n", {"head.csv": "a,b\n1,2\n"}, ["head.csv:1: month: the macro file needs"]),
        ("extends: parent.yaml\n", {"parent.yaml": "policy: plan\nmacro: gone.csv\n"}, ["parent.yaml:2: macro: 'gone"]),
        ("drivers:\n  2021-01: {vox: 20}\n  2020-12: {vix: 20}\n  2021-02: {vix: many}\n", {}, [
            "mine.yaml:2: drivers.2021-01.vox: unknown driver 'vox'; did you mean 'vix'?",
            "mine.yaml:3: drivers.2020-12: 2020-12 is observed",
            "mine.yaml:4: drivers.2021-02.vix: 'many' is not usable",
        ]),
        ("macro: neutral\ndrivers: {2021-01: {vix: 20}}\n", {}, ["mine.yaml:1: macro: drivers are a macro path"]),
        ("macro: drivers\n", {}, ["mine.yaml:1: macro: there are no drivers (months under drivers)"]),
        ("extends: gone.yaml\n", {}, ["mine.yaml:1: extends: 'gone.yaml': no such file (a path relative"]),
    ],
)  # fmt: skip
def test_a_file_that_is_missing_or_bad_is_told_when_the_scenario_is_read(folder, text, files, told):
    for name, content in files.items():
        write(folder, content, name)
    with pytest.raises(InputError) as caught:
        load(write(folder, text))
    lines = sorted(str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems)
    assert len(lines) == len(told)
    for line, start in zip(lines, sorted(told), strict=True):
        assert line.startswith(start)


def test_a_text_that_was_sent_opens_no_file(folder):
    Path("own.csv").write_text(GOOD)
    for name in ("own.csv", str(folder / "drivers.csv")):
        with pytest.raises(InputError, match="uploaded text may not name"):
            parse_scenario(f"macro: {name}\n", "sent.yaml")


@pytest.mark.usefixtures("folder")
def test_plain_data_that_were_kept_open_no_file():
    Path("own.csv").write_text(GOOD)
    plain = load("plan").plain()
    assert Scenario.from_plain(plain) == load("plan")
    with pytest.raises(InputError, match=r"own\.csv"):
        Scenario.from_plain({**plain, "macro": "own.csv"})
