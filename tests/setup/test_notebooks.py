"""Notebooks of the documents: each runs from its first cell to its last, and shows what is kept in its file."""

import importlib.util
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from sim.closing.indicators import COLUMNS

FOLDER = Path(__file__).parents[2] / "docs" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@pytest.fixture
def renew():
    """The script that runs and keeps them."""
    spec = importlib.util.spec_from_file_location("renew_notebooks", FOLDER / "renew.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(notebook):
    """Texts of all outputs by cell, and what kinds of pictures there are."""
    found = []
    for cell in cells(notebook):
        for output in cell.outputs:
            texts = {"text": output.text} if output.output_type == "stream" else dict(output.data)
            found.append({kind: "a picture" if kind.startswith("image/") else texts[kind] for kind in sorted(texts)})
    return found


def test_there_are_three():
    assert [path.stem for path in NOTEBOOKS] == ["a-lever-changed", "a-sweep", "first-look"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_as_it_ran(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert [cell.execution_count for cell in cells(notebook)] == list(range(1, len(cells(notebook)) + 1))
    outputs = [output for cell in cells(notebook) for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    kinds = [set(each) for each in shown(notebook)]
    assert sum("image/png" in each for each in kinds) >= 1 and sum("text/html" in each for each in kinds) >= 3


def test_the_bar_of_an_ensemble_is_in_the_notebook_and_full():
    notebook = nbformat.read(FOLDER / "first-look.ipynb", as_version=4)
    bars = [each["text/plain"] for each in shown(notebook) if "<progress" in each.get("text/html", "")]
    assert len(bars) == 1 and bars[0].endswith("] 16/16")


def test_the_first_look_counts_the_indicators_that_runs_record():
    counted = re.findall(r"\.\.2025-12, (\d+) indicators", (FOLDER / "first-look.ipynb").read_text(encoding="utf-8"))
    assert counted == [str(len(COLUMNS))] * 2  # as text and as a table


def test_an_unknown_name_is_refused(renew):
    with pytest.raises(SystemExit, match="no notebook 'first'; there are a-lever-changed, a-sweep, first-look"):
        renew.notebooks(["first"])


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_run_anew_shows_the_same(path, renew):
    kept, anew = shown(nbformat.read(path, as_version=4)), shown(renew.executed(path))
    told = f"python docs/notebooks/renew.py {path.stem}"
    assert [list(each) for each in anew] == [list(each) for each in kept], told
    for before, after in zip(kept, anew, strict=True):
        for kind in before:
            assert NUMBER.sub("#", after[kind]) == NUMBER.sub("#", before[kind]), told
            numbers = [np.array(NUMBER.findall(each[kind]), dtype=float) for each in (after, before)]
            np.testing.assert_allclose(*numbers, rtol=1e-3, atol=1e-3, err_msg=told)  # a processor's last bits
