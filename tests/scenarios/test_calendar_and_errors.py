import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.calendar import BASELINE, PLAN_END, PLAN_START, month_ordinal, month_text
from scenarios.errors import InputError, Problem, nearest_name


@given(st.integers(min_value=1000 * 12, max_value=2999 * 12 + 11))
def test_a_month_survives_being_written_and_read(ordinal):
    assert month_ordinal(month_text(ordinal)) == ordinal


def test_the_plan_starts_the_month_after_the_baseline_and_lasts_sixty_months():
    assert month_ordinal(PLAN_START) == BASELINE + 1
    assert month_ordinal(PLAN_END) == BASELINE + 60


@pytest.mark.parametrize(
    "text",
    [
        "2021-13",
        "2021-00",
        "2021",
        "2021-7",
        "2021-07-01",
        "",
        "2021-07\n",
        "\u0662\u0660\u0662\u0661-\u0660\u0667",
        None,
        2021,
    ],
)
def test_what_is_not_a_month_is_refused_with_an_example(text):
    with pytest.raises(InputError, match="a month such as 2021-07"):
        month_ordinal(text)


def test_a_problem_reads_as_file_line_key_message_suggestion_and_what_is_allowed():
    problem = Problem(
        "unknown lever 'reit_pilot'",
        "my.yaml:11",
        "levers.reit_pilot",
        nearest="reits_pilot",
        allowed="see: lujiazui levers",
    )
    assert str(problem) == (
        "my.yaml:11: levers.reit_pilot: unknown lever 'reit_pilot'; did you mean 'reits_pilot'? (see: lujiazui levers)"
    )


def test_an_error_tells_every_problem_on_a_line_of_its_own():
    error = InputError([Problem("one"), Problem("two", key="scale")])
    assert str(error).splitlines() == ["one", "scale: two"]


def test_the_nearest_name_is_found_or_none_is_offered():
    assert nearest_name("reit_pilot", ["reits_pilot", "fintech_hub"]) == "reits_pilot"
    assert nearest_name("zzz", ["reits_pilot", "fintech_hub"]) is None
