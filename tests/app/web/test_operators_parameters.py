"""Parameters of a file that the operator gives to every desk; a browser can name none."""

import pytest

from app.web import offered as of_operator
from app.web.desk import Desk
from scenarios.errors import InputError

ROWS = "id,value,unit,status,source\ncost_sensitivity,0.02,,judgement,a trial\n"


@pytest.fixture
def given(tmp_path):
    """The desks of a server whose operator gives a file of one parameter."""
    from scenarios.parameters import parameter_table

    row = next(each for each in parameter_table() if each.id == "cost_sensitivity")
    path = tmp_path / "mine.csv"
    path.write_text(ROWS.replace(",,", f",{row.unit},", 1), encoding="utf-8")
    yield of_operator.offer(parameters=str(path))
    of_operator.offer()


def test_every_desk_has_them_on_both_sides_and_under_any_set(given):
    for desk in (Desk(), Desk(parameter_set="prior_2020"), Desk().opening("extends: stretch\n")):
        both = desk.scenario(), desk.baseline_scenario()
        assert [each.own_parameters for each in both] == [given.own_parameters] * 2
        assert both[0].values().cost_sensitivity == 0.02
    plain = Desk().scenario().content_hash()
    of_operator.offer()
    assert Desk().scenario().content_hash() != plain


def test_what_the_desk_saves_holds_them_and_opens_as_the_same_desk(given):
    text = Desk().scenario().to_yaml()
    assert given.own_parameters.name in text
    again = Desk().opening(text)
    assert again.scenario().content_hash() == Desk().scenario().content_hash()
    of_operator.offer()
    assert Desk().opening(text).scenario().own_parameters == given.own_parameters


def test_the_name_of_a_set_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(InputError, match="visitors choose a set"):
        of_operator.offer(parameters="prior_2020")
    with pytest.raises(InputError, match=r"missing\.csv"):
        of_operator.offer(parameters=str(tmp_path / "missing.csv"))
    assert of_operator.offered() == of_operator.Offered()
