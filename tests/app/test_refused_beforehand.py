"""What no machine can hold or end is refused by the command line at once, with exit code 2 and one line."""

import time

import pytest

from app.cli import command_line
from scenarios.bounds import LARGEST_BASE_SEED

SWEEP = "kind: sobol\nsamples: 8\nruns: 1000000000\nfactors: {reits_pilot: [0, 1]}\n"
SEED = "kind: sobol\nseed: 20261128225204\nfactors: {reits_pilot: [0, 1]}\n"
LONG_DATE = f'indicator,date,value,unit,source\npanda_cumulative,{"9" * 5000},5,"bn yuan, gross, since inception",x\n'


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("batch plan --runs 1 --seed 20261128225204 --store store", f"0 to {LARGEST_BASE_SEED}"),
        ("batch plan --runs 1000000000 --store store", "--runs"),
        ("sweep sweep.yaml --store store", "sweep.yaml:3: runs: 1000000000 is too large"),
        ("sweep seed.yaml --store store", "seed.yaml:2: seed: 20261128225204 is too large"),
        ("run plan --seed 9223372036854775808", "--seed"),
        ("run plan --scale 1e-9", "--scale: 1e-09 of the issuers are too few"),
        ("run plan --macro /dev/zero.csv", "no such file"),
        ("run plan --shock us_yield=200", "did you mean 2, in percentage points"),
        ("validate forecast --observed /dev/zero", "/dev/zero: is a device, not a file"),
        ("review --observed .", "is a folder, not a file"),
        ("validate forecast --observed dates.csv", "dates.csv:2: date: not a year"),
        ("check /dev/zero", "/dev/zero: is a device, not a file"),
        ("sweep /dev/stdin --store store", "/dev/stdin"),
        ("search /dev/zero --store store", "/dev/zero: is a device, not a file"),
    ],
)
def test_it_is_refused_at_once_and_nothing_is_kept(tmp_path, monkeypatch, capsys, arguments, says):
    monkeypatch.chdir(tmp_path)
    for name, text in (("sweep.yaml", SWEEP), ("seed.yaml", SEED), ("dates.csv", LONG_DATE)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    begun = time.perf_counter()
    assert command_line(arguments.split()) == 2
    assert time.perf_counter() - begun < 10.0
    told = capsys.readouterr().err.splitlines()
    assert says in told[0]
    assert len(told) == 1 and len(told[0]) < 600
    assert not (tmp_path / "store").exists()
