"""Networks from users' files."""

import json

import numpy as np
import pytest

from app.cli import command_line
from scenarios.errors import InputError
from sim import stress
from sim.stress.own_network import failures_one_by_one, read_network

EQUITY = "institution,equity\na,2\nb,5\nc,2\n"
CLAIMS = "lender,borrower,amount\na,b,1\nb,a,10\nb,c,1\nb,c,2\nc,a,3\nc,b,2\n"


@pytest.fixture
def files(tmp_path):
    def write(claims=CLAIMS, equity=EQUITY):
        (tmp_path / "claims.csv").write_text(claims, encoding="utf-8")
        (tmp_path / "equity.csv").write_text(equity, encoding="utf-8")
        return tmp_path / "claims.csv", tmp_path / "equity.csv"

    return write


def test_rows_of_a_pair_add_up_and_the_network_is_that_of_the_file(files):
    network = read_network(*files())
    assert network.names == ("a", "b", "c") and network.equity.tolist() == [2.0, 5.0, 2.0]
    assert network.exposures.toarray().tolist() == [[0.0, 1.0, 0.0], [10.0, 0.0, 3.0], [3.0, 2.0, 0.0]]


def test_each_failure_costs_what_the_functions_say(files):
    network = read_network(*files())
    table = failures_one_by_one(network, 0.6).set_index("institution")
    for at, name in enumerate(network.names):
        rank = stress.debtrank(network.exposures, network.equity, np.eye(3)[at], loss_given_default=0.6)
        chain = stress.default_cascade(network.exposures, network.equity, np.eye(3)[at], 0.6)
        assert table.loc[name, "debtrank"] == rank.index
        assert table.loc[name, "failures"] == chain.failed.sum() - 1
        assert table.loc[name, "lost"] == chain.written_off.sum()
    assert table["debtrank"].is_monotonic_decreasing


def test_an_empty_network_hurts_nobody(files):
    table = failures_one_by_one(read_network(*files(claims="lender,borrower,amount\n")))
    assert (table["debtrank"] == 0.0).all() and (table["failures"] == 0).all()


@pytest.mark.parametrize(
    ("claims", "equity", "expected"),
    [
        (CLAIMS + "a,d,1\n", EQUITY, r"claims\.csv:8: borrower: unknown institution 'd'"),
        (CLAIMS + "a,a,1\n", EQUITY, r"claims\.csv:8: borrower: a cannot lend to itself"),
        (CLAIMS + "a,b,-1\n", EQUITY, r"claims\.csv:8: amount: -1 cannot be \(a finite number of at least 0\)"),
        (CLAIMS + "a,b,much\n", EQUITY, r"claims\.csv:8: amount: .*much"),
        (CLAIMS, EQUITY + "a,3\n", r"equity\.csv:5: institution: the institution a is listed twice"),
        (CLAIMS, EQUITY + ",3\n", r"equity\.csv:5: institution: an institution has no name"),
        (CLAIMS, "institution,equity\n", r"equity\.csv: lists no institution"),
        (CLAIMS, "institution,capital\na,1\n", r"equity\.csv:1: equity"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_line_and_column(files, claims, equity, expected):
    with pytest.raises(InputError, match=expected):
        read_network(*files(claims, equity))


def test_the_command_tests_a_network_of_files(files, capsys):
    claims, equity = files()
    assert command_line(["stress", "--exposures", str(claims), "--equity", str(equity), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["institution"] for row in told["failures"]] == ["a", "c", "b"]
    assert command_line(["stress", "--exposures", str(claims), "--equity", str(equity)]) == 0
    assert "DebtRank: share of all equity" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (["--exposures", "claims.csv"], "--equity: --exposures needs --equity beside it"),
        (["plan", "--exposures", "claims.csv", "--equity", "e.csv"], "has no effect with --exposures"),
        (["--equity", "e.csv"], "--equity: has no effect without --exposures"),
        (["--exposures", "none.csv", "--equity", "none.csv"], "none.csv"),
    ],
)
def test_options_that_do_not_fit_are_refused(asked, expected, capsys):
    assert command_line(["stress", *asked]) == 2
    assert expected in capsys.readouterr().err
