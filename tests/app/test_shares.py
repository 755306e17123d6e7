"""Shares and intensities on the command line: 0.032, 3.2% and '3.2 %' are one number."""

import json

import pytest

from app.cli import command_line
from app.terminal.asked import scenario_asked
from app.terminal.shares import number_asked, setting_in_decimals, share_asked, shock_in_decimals
from scenarios import InputError


def asked(settings=(), shocks=()):
    return scenario_asked("plan", settings, shocks, macro=None, scale=None)


@pytest.mark.parametrize("text", ["0.032", "3.2%", "3.2 %", " 3.2% ", "+3.2%", "003.20%"])
def test_the_three_ways_to_type_a_share_are_the_same_number(text):
    assert number_asked(text, "--at-least", "share", "foreign_bond_share") == 0.032
    assert share_asked(text, "--intensity") == 0.032


@pytest.mark.parametrize("text", ["90%", "90 %", "0.9"])
def test_an_intensity_in_per_cent_gives_the_same_path_of_the_lever(text):
    for setting in (f"reits_pilot={text}", f"derivatives_expansion.fx_and_rmb = {text}@2022-01"):
        plain = setting.replace(text, "0.9")
        assert asked([setting]).levers == asked([plain]).levers
        assert asked([setting]).levers != asked().levers


def test_settings_are_noted_as_typed():
    assert "reits_pilot=90%" in asked(["reits_pilot=90%"]).settings


@pytest.mark.parametrize("text", ["plan", "50", "%", "1e1%", "5%%", "", "4,5%", "\u0663%"])
def test_what_is_no_percentage_stays_as_it_is(text):
    assert setting_in_decimals(f"reits_pilot={text}@2022-01") == f"reits_pilot={text}@2022-01"


def test_an_intensity_outside_is_refused_in_per_cent_too():
    with pytest.raises(InputError, match=r"0\.\.1"):
        asked(["reits_pilot=120%"])


def test_the_size_of_a_shock_is_taken_in_per_cent_where_it_is_a_share():
    in_percent, plain = (asked(shocks=[f"small_bank_failure={size}@2022-04"]) for size in ("2%", "0.02"))
    assert in_percent.shocks == plain.shocks and in_percent.shocks[0].full_size == 0.02
    assert shock_in_decimals("small_bank_failure@2022-04") == "small_bank_failure@2022-04"
    assert shock_in_decimals("no_such=5%") == "no_such=5%"


def test_a_percentage_of_what_is_no_share_is_refused_in_one_error(capsys):
    for line, told in {
        "run plan --shock us_yield=50%": "error: --shock: us_yield: '50%' is a percentage, and the size of us_yield is "
        "no share (its unit: pp)",
        "frontier --intensity 120%": "error: --intensity: '120%' is outside the range (a number from 0 to 1)",
        "frontier --intensity=-0.1": "error: --intensity: '-0.1' is outside the range (a number from 0 to 1)",
        "frontier --intensity nan": "error: --intensity: 'nan' is outside the range (a number from 0 to 1)",
        "frontier --intensity much": "error: --intensity: 'much' is not a number",
        "stress --exposures x --equity y --loss-given-default 101%": "error: --loss-given-default: '101%' is outside "
        "the range (a number from 0 to 1)",
    }.items():
        assert command_line(line.split()) == 2, line
        said = capsys.readouterr()
        assert (said.out, said.err.splitlines()) == ("", [told])
    with pytest.raises(InputError) as refused:
        number_asked("5%", "--at-least", "bp", "bond_yield_spread")
    assert str(refused.value) == "--at-least: '5%' is a percentage, and bond_yield_spread is no share (its unit: bp)"


def test_the_loss_of_a_claim_is_taken_in_per_cent(tmp_path, capsys):
    claims, banks = tmp_path / "claims.csv", tmp_path / "banks.csv"
    claims.write_text("lender,borrower,amount\nA,B,4\nB,A,2\n", encoding="utf-8")
    banks.write_text("institution,equity\nA,5\nB,5\n", encoding="utf-8")
    told = []
    for loss in ("40%", "0.4"):
        line = ["stress", "--exposures", str(claims), "--equity", str(banks), "--loss-given-default", loss, "--json"]
        assert command_line(line) == 0
        told.append(json.loads(capsys.readouterr().out))
    assert told[0] == told[1] and told[0]["loss_given_default"] == 0.4


@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("run", "--set"),
        ("batch", "--set"),
        ("discover", "--at-least"),
        ("frontier", "--intensity"),
        ("stress", "--loss-given-default"),
    ],
)
def test_the_help_of_each_such_option_states_the_convention(capsys, command, option):
    assert command_line(["help", command]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert option in text and "3.2%" in text
