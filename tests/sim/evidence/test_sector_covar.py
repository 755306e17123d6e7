"""Delta-CoVaR by sector over runs."""

import numpy as np
import pytest

from agents.institutions import Sector
from app.cli import command_line
from sim.evidence.sector_covar import losses_of_run, sector_covar
from sim.experiments.requests import ensemble_requests
from sim.stress import delta_covar


@pytest.mark.slow
def test_each_sector_is_held_against_all_over_the_months_of_all_runs(short, capsys):
    scenario = short("committed", "2022-06")
    found = sector_covar([scenario], runs=2, workers=1).set_index("sector")
    assert set(found.index) == {sector.name.lower() for sector in Sector}
    assert (found["months"] == 36).all() and found["low"].isna().all()
    losses = np.concatenate([losses_of_run(each) for each in ensemble_requests([scenario], runs=2)])
    banks = delta_covar(losses[:, -1], losses[:, Sector.BANK])
    assert found.loc["bank", "delta"] == banks.delta and found.loc["bank", "covar"] == banks.covar
    # What banks lose is most of what all lose.
    assert (
        found.loc["bank", "delta"] > 0.0 and found.loc["bank", "value_at_risk"] < found.loc["broker", "value_at_risk"]
    )
    told = ["stress", "committed", "--covar", "--runs", "1", "--scale", "0.05", "--workers", "1"]
    assert command_line(told) == 0
    assert "delta-CoVaR" in capsys.readouterr().out
    assert command_line([*told, "--roc"]) == 2
    assert "with --covar" in capsys.readouterr().err
