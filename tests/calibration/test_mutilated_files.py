"""A mutilated file of drivers or of observations gives the values that it was made of, or is refused with its line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.later_observations import COLUMNS, read_later_observations
from scenarios.drivers import DRIVERS, read_drivers
from scenarios.errors import InputError
from scenarios.plan import indicators
from tests.scenarios.test_csv_rows import ENCODINGS, ROW_DAMAGE, damaged

DRIVER_ROWS = [
    (f"2021-{month:02d}", "6.47", f"{1 + month / 10:g}", "21.5", f"{5000 + month}.25", "3.2") for month in range(1, 13)
]
UNITS = {each.id: (each.unit, each.value_2020) for each in indicators()}
OBSERVED_ROWS = [
    (name, str(year), f"{value:g}", f'"{unit}"', "statistics")
    for name, (unit, value) in UNITS.items()
    for year in (2021, 2022)
]


def drivers_in(file):
    found = read_drivers(file).plain()
    return {(month, name): value for month, row in found.items() for name, value in row.items()}


def observations_in(file):
    return {(each.indicator, str(each.year)): each.value for each in read_later_observations(file)}


READERS = {
    "drivers": (
        ("month", *DRIVERS),
        DRIVER_ROWS,
        drivers_in,
        {(row[0], name): float(cell) for row in DRIVER_ROWS for name, cell in zip(DRIVERS, row[1:], strict=True)},
    ),
    "observations": (
        COLUMNS,
        OBSERVED_ROWS,
        observations_in,
        {(row[0], row[1]): float(row[2]) for row in OBSERVED_ROWS},
    ),
}


@pytest.mark.parametrize("kind", READERS)
@given(
    struck=st.dictionaries(st.integers(0, 11), st.tuples(st.sampled_from(ROW_DAMAGE), st.integers(0, 5)), max_size=2),
    order=st.randoms(use_true_random=False),
    encoding=st.sampled_from(ENCODINGS),
    ends=st.sampled_from(["\n", "\r\n", "\n\n"]),
)
@settings(max_examples=150, deadline=None)
def test_a_mutilated_file_gives_its_values_or_is_refused_with_a_line(
    tmp_path_factory, kind, struck, order, encoding, ends
):
    columns, rows, read, meant = READERS[kind]
    lines = [damaged(row, *struck[place]) if place in struck else ",".join(row) for place, row in enumerate(rows)]
    order.shuffle(lines)  # the order of rows is no part of what a file says
    file = tmp_path_factory.mktemp(kind) / "mine.csv"
    file.write_bytes((ends.join([",".join(columns), *lines]) + ends).encode(encoding, errors="replace"))
    try:
        found = read(file)
    except InputError as error:
        assert struck or encoding not in ("utf-8", "utf-8-sig")
        assert all(problem.where.rpartition(":")[2].isdecimal() for problem in error.problems)
        return
    assert found == meant
