"""How-to pages: their Python does what the page says."""

import re
from pathlib import Path

import pytest

import sim

PAGES = Path(__file__).parents[2] / "docs" / "how-to"


def python_of(name):
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    return compile(block, f"{name}.md", "exec")


@pytest.fixture
def short(tmp_path, monkeypatch):
    """Runs end after a year: the pages are about tables and calls, not about their numbers."""
    run, ensemble = sim.run, sim.ensemble

    def file(policy):
        path = tmp_path / f"{policy}.yaml"
        path.write_text(f"extends: {policy}\nend: 2021-12\n", encoding="utf-8")
        return path

    monkeypatch.setattr(sim, "run", lambda policy, **how: run(file(policy), **how))
    monkeypatch.setattr(sim, "ensemble", lambda policies, **how: ensemble([file(each) for each in policies], **how))


@pytest.mark.slow
@pytest.mark.usefixtures("short")
def test_pairs_are_subtracted_by_year_in_pandas():
    names = {}
    exec(python_of("tables-elsewhere"), names)
    assert list(names["gap"].index) == [2020, 2021]
    assert names["gap"][2020] == 0.0 and names["wide"].shape == (4, 2)


@pytest.mark.slow
@pytest.mark.usefixtures("short")
def test_a_run_is_a_function_that_an_optimiser_can_call():
    names = {}
    exec(python_of("other-tools"), names)
    assert names["share"](0.9, 0.5) > names["share"](0.6, 0.5)
