"""A CSV file of a user is read as it was meant, or refused with its line; nothing slips into another column."""

import os
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.csv_rows import MOST_PROBLEMS, number_in, read_csv
from scenarios.errors import InputError
from scenarios.user_files import LARGEST_BYTES, parse_json, read_bytes, read_json

COLUMNS = ("month", "usdcny", "csi300_close", "cn10y_pct")
HEAD = ",".join(COLUMNS)


def file_of(folder, text, name="table.csv"):
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def problems_of(file, needed=COLUMNS):
    with pytest.raises(InputError) as refused:
        read_csv(file, needed, what="the table").check()
    return [str(problem) for problem in refused.value.problems]


def values_of(file):
    """Months with their numbers; a cell that holds none is left out, a cell that holds no number is refused."""
    table = read_csv(file, COLUMNS, what="the table")
    table.check()
    try:
        return {
            row["month"]: [number_in(row[name]) if row[name] else None for name in COLUMNS[1:]] for row in table.rows
        }
    except ValueError as error:
        raise InputError(str(error), where=next(row.where for row in table.rows)) from None


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("2021-01,6.5,5,000,3.2", "table.csv:3: has 5 cells, but the head names 4 columns; is 5,000 one number?"),
        ("2021-01,6,5,5000,3.2", "write numbers without separators of thousands and with a decimal point"),
        ("2021-01,6.5,5000", "has 3 cells, but the head names 4 columns"),
        ("2021-01", "has 1 cell, but"),
        ("2021-01;6.5;5000;3.2", "separated by semicolons"),
        ("2021-01\uff0c6.5\uff0c5000\uff0c3.2", "separated by Chinese commas"),
        ("2021-01,6.5,5000,3.2,", "has 5 cells"),
    ],
)
def test_a_row_with_more_or_fewer_cells_than_the_head_is_refused_with_its_line(tmp_path, row, says):
    (told,) = problems_of(file_of(tmp_path, f"{HEAD}\n2021-02,6.5,5000,3.2\n{row}\n"))
    assert "table.csv:3: has" in told
    assert says.removeprefix("table.csv:3: ").split("; ")[0] in told
    assert all(part in told for part in says.split("; ")[1:])


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (
            f"{HEAD},\u5907\u6ce8\n2021-01,6.5,5000,3.2,\u4e0a\u6d77\n".encode("gbk"),
            "table.csv:1: is not UTF-8 text; it looks like GBK",
        ),
        (
            f"{HEAD},note\n2021-01,6.5,5000,3.2,caf\u00e9\n".encode("latin-1"),
            "table.csv:2: is not UTF-8 text; it looks like Latin-1",
        ),
        (f"{HEAD}\n2021-01,6.5,5000,3.2\n".encode("utf-16"), "table.csv:1: is UTF-16 text"),
        (f"{HEAD}\n2021-01,6.5,5000,3.2\n".encode("utf-16-be"), "table.csv:1: is UTF-16 text"),
        (f"{HEAD}\n2021-01,6.5,5000,3.2\n".encode("utf-32"), "table.csv:1: is UTF-32 text"),
        (
            f"{HEAD}\n2021-01,6.5,50\x0000,3.2\n".encode(),
            "table.csv:2: is a binary file, not a text file: it holds a NUL",
        ),
        (
            f'{HEAD}\n2021-01,"6.5,5000,3.2\n2021-02,6.5,5000,3.2\n'.encode(),
            "table.csv:2: the table cannot be read: a quote is never",
        ),
        (
            f'{HEAD}\n2021-01,"6"5,5000,3.2\n'.encode(),
            "table.csv:2: the table cannot be read: characters follow a closed quote",
        ),
        (
            f'{HEAD},note\n2021-01,6,5,3,"a\n2021-02,6,5,3,b"\n'.encode(),
            "table.csv:2: a quoted cell continues to line 3",
        ),
        (f"{HEAD},vix,vix\n2021-01,6.5,5000,3.2,20,20\n".encode(), "table.csv:1: vix: the column vix is given twice"),
        (f"{HEAD.replace(',', ';')}\n".encode(), "separated by semicolons: save it with commas"),
        (f"{HEAD.replace('usdcny', 'usd_cny')}\n".encode(), "is 'usd_cny' meant for 'usdcny'?"),
        (b"x" * (LARGEST_BYTES + 1), "the table is too large (at most 1,000,000 bytes)"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(tmp_path, raw, says):
    (told,) = problems_of(file_of(tmp_path, raw))
    assert says in told


def test_what_is_no_ordinary_file_is_refused_at_once(tmp_path):
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    for path, says in (
        ("/dev/zero", "/dev/zero: is a device, not a file"),
        (pipe, "is a pipe, not a file"),
        (tmp_path, "is a folder, not a file"),
        (tmp_path / "gone.csv", "gone.csv: no such file"),
    ):
        told = []
        reader = threading.Thread(target=lambda path=path, told=told: told.extend(problems_of(path)), daemon=True)
        reader.start()
        reader.join(timeout=10)
        assert len(told) == 1
        assert says in told[0]


def test_all_problems_of_a_file_come_at_once_and_no_more_than_a_stated_number(tmp_path):
    rows = "\n".join("2021-01,6.5" for _ in range(100))
    told = problems_of(file_of(tmp_path, f"{HEAD}\n{rows}\n"))
    assert len(told) == MOST_PROBLEMS + 1
    assert told[0].startswith(f"{tmp_path / 'table.csv'}:2: ")
    assert f"and {100 - MOST_PROBLEMS} more problems" in told[-1]


@pytest.mark.parametrize(
    "cell", ["5,000", "6,5", "3.2%", "1_000", "nan", "inf", "0x10", "000", "1e999", "3.", "\uff15", ""]
)
def test_a_cell_that_is_no_plain_number_is_no_number(cell):
    with pytest.raises(ValueError, match=r".") as refused:
        number_in(cell)
    assert "Error" not in str(refused.value)


@given(st.floats(allow_nan=False, allow_infinity=False))
@settings(max_examples=200, deadline=None)
def test_every_number_that_python_writes_is_read_back(number):
    assert number_in(repr(number)) == number
    assert number_in(f"{number:.17g}") == number


# Random damage

CELLS = st.floats(min_value=0.0, max_value=9999.0).map(lambda value: f"{value:.3f}")
ROWS = st.lists(
    st.tuples(CELLS, CELLS, CELLS, st.sampled_from(["", "ok", "\u4e0a\u6d77", "caf\u00e9"])), min_size=1, max_size=5
)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "cp037", "latin-1")
HARMLESS = ("as it is", "windows line ends", "blank lines", "spaces", "quotes")
ROW_DAMAGE = ("drop a cell", "add a cell", "another separator", "decimal comma", "thousands", "lose a quote", "NUL")


def damaged(row, how, place):
    cells = list(row)
    place %= len(cells)
    if how == "drop a cell":
        del cells[place]
    elif how == "add a cell":
        cells.insert(place, "7")
    elif how == "another separator":
        return ",".join(cells).replace(",", ";;\t|"[place % 4], 1 + place)
    elif how == "decimal comma":
        cells = [cell.replace(".", ",") for cell in cells]
    elif how == "thousands":
        cells[1] = f"1,{cells[1].zfill(8)}"
    elif how == "lose a quote":
        cells[place] = f'"{cells[place]}'
    elif how == "NUL":
        cells[place] += "\0"
    return ",".join(cells)


@given(
    rows=ROWS,
    damage=st.lists(st.tuples(st.integers(0, 4), st.sampled_from(ROW_DAMAGE), st.integers(0, 4)), max_size=2),
    manner=st.sampled_from(HARMLESS),
    encoding=st.sampled_from(ENCODINGS),
    mark=st.booleans(),
)
@settings(max_examples=400, deadline=None)
def test_a_damaged_table_gives_the_same_values_or_is_refused_with_a_line(
    tmp_path_factory, rows, damage, manner, encoding, mark
):
    table = [(f"2021-{number + 1:02d}", *row) for number, row in enumerate(rows)]
    meant = {row[0]: [float(cell) for cell in row[1:4]] for row in table}
    lines = [",".join(row) for row in table]
    struck = {number % len(lines): (how, place) for number, how, place in damage}
    for number, (how, place) in struck.items():
        lines[number] = damaged(table[number], how, place)
    if manner == "quotes":
        lines = [line if n in struck else ",".join(f'"{cell}"' for cell in table[n]) for n, line in enumerate(lines)]
    elif manner == "spaces":
        lines = [line.replace(",", " , ") for line in lines]
    lines = [f"{HEAD},note", *lines]
    if manner == "blank lines":
        lines = [part for line in lines for part in (line, "", ",,,,")]
    text = ("\r\n" if manner == "windows line ends" else "\n").join(lines) + "\n" * mark
    file = file_of(tmp_path_factory.mktemp("damaged"), text.encode(encoding, errors="replace"))
    try:
        found = values_of(file)
    except InputError as error:
        assert struck or encoding not in ("utf-8", "utf-8-sig")
        assert all(problem.where.rpartition(":")[2].isdecimal() for problem in error.problems)
        return
    assert found == meant


@given(rows=ROWS, cut=st.integers(1, 200))
@settings(max_examples=100, deadline=None)
def test_a_cut_table_loses_whole_rows_at_most(tmp_path_factory, rows, cut):
    table = [(f"2021-{number + 1:02d}", *row[:3]) for number, row in enumerate(rows)]
    meant = {row[0]: [float(cell) for cell in row[1:]] for row in table}
    text = HEAD + "\n" + "".join(",".join(row) + "\n" for row in table)
    kept = text[: max(len(text) - cut, 0)]
    file = file_of(tmp_path_factory.mktemp("cut"), kept)
    try:
        found = values_of(file)
    except InputError as error:
        assert all(problem.where.rpartition(":")[2].isdecimal() for problem in error.problems)
        return
    whole = max(kept.count("\n") - 1, 0)
    assert list(found.items())[:whole] == list(meant.items())[:whole]
    for month, values in list(found.items())[whole:]:  # only the last number of the last row may be cut
        assert values[:2] == meant[month][:2]


# JSON


def test_json_that_a_machine_cannot_hold_is_one_problem(tmp_path):
    for text, says in (
        ("[" * 100_000 + "]" * 100_000, "too deep"),
        ("[" * 100 + "]" * 100, "too deep (at most 60 levels)"),
        ("9" * 6000, "a number is too long"),
        ('{"a": NaN}', "NaN is not a number of JSON"),
        ('{"a": 1, "a": 2}', "the key 'a' is given twice"),
        ("{", "it is not JSON"),
    ):
        with pytest.raises(InputError) as refused:
            read_json(file_of(tmp_path, text, "plain.json"))
        (problem,) = refused.value.problems
        assert says in str(problem)
        assert str(problem).startswith(str(tmp_path / "plain.json"))
    assert parse_json('{"a": [1, 2.5, null]}', "here") == {"a": [1, 2.5, None]}


def test_a_file_is_read_up_to_its_bound_and_no_further(tmp_path):
    file = file_of(tmp_path, b"x" * 100)
    assert read_bytes(file, largest=100) == b"x" * 100
    with pytest.raises(InputError, match="too large"):
        read_bytes(file, largest=99)
