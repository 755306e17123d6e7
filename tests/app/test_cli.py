"""The command line answers what is asked, refuses what is wrong in one clear line, and keeps its exit codes."""

import json

import pandas as pd
import pytest

from scenarios import load, names, plan

EVERY_LISTING = ["levers", "shocks", "measures", "indicators", "scenarios"]
ONE_OF_EACH = [
    ("levers", "bond_market_access"),
    ("shocks", "us_yield"),
    ("measures", "M14"),
    ("indicators", "foreign_bond_share"),
    ("indicators", "systemic_risk"),
    ("indicators", "hq_count"),
    ("indicators", "seats_hong_kong"),
    ("scenarios", "city_only"),
]


@pytest.fixture
def scenario_file(tmp_path):
    def written(text, name="mine.yaml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return written


class TestRun:
    def test_a_run_shows_every_indicator_of_the_plan_beside_target_and_committed_path(self, call):
        out = call("run").out
        for indicator in plan.indicators():
            assert indicator.id in out
        assert "committed" in out
        assert "~ 2,800" in out
        assert "months broken since 2021, first 2022-05; with a warning: 5" in out

    def test_a_run_says_what_it_rests_on(self, call):
        out = call("run", "stretch", "--seed", "7").out
        assert out.startswith("Scenario stretch, seed 7, macro neutral, parameters posterior_2020, lujiazui 0.0.0")
        assert "one possible future" in out

    def test_the_default_scenario_is_the_plan(self, call):
        assert call("run", "--json").out == call("run", "plan", "--json").out

    def test_shocks_of_the_command_line_come_after_those_of_the_scenario_and_strike_the_path_beside_it_too(
        self, call, stand_in_model, monkeypatch
    ):
        worlds = []
        answer = stand_in_model.run
        monkeypatch.setattr(stand_in_model, "run", lambda asked, **how: worlds.append(asked) or answer(asked, **how))
        typed = (
            "us_yield=2@2022-01..2023-06",
            "public_supply=10@2023-01",
            "lockdown@2022-04",
            "equity=-2e-1",
            "currency",
        )
        out = call("run", "us_rates_up", *(part for text in typed for part in ("--shock", text))).out
        asked, beside = worlds
        assert asked.shocks == beside.shocks
        assert [(each.name, each.window, each.full_size) for each in asked.shocks] == [
            ("us_yield", ("2022-01", "2023-06"), 2.0),
            ("us_yield", ("2022-01", "2023-06"), 2.0),
            ("public_supply", ("2023-01", "2023-01"), 10.0),
            ("lockdown", ("2022-04", "2022-04"), 0.5),
            ("equity", ("2022-01", "2022-03"), -0.2),
            ("currency", ("2022-01", "2022-06"), 0.08),
        ]
        assert "and shocks us_yield=2@2022-01..2023-06 (pp), us_yield=2@2022-01..2023-06 (pp), public_supply=10@" in out

    def test_realised_macro_is_labelled_a_conditional_replay(self, call):
        assert "conditional replay" in call("run", "--macro", "realised").out
        assert json.loads(call("run", "--macro", "realised", "--json").out)["conditional_replay"] is True
        assert "conditional replay" not in call("run").out

    def test_the_committed_path_lives_in_the_same_world_as_the_scenario(self, call, stand_in_model, monkeypatch):
        worlds = []
        answer = stand_in_model.run
        monkeypatch.setattr(
            stand_in_model, "run", lambda asked, **how: worlds.append((asked, how)) or answer(asked, **how)
        )
        call("run", "plan", "--macro", "adverse", "--scale", "0.5", "--seed", "3", "--set", "reits_pilot=0.9")
        (asked, how), (beside, how_beside) = worlds
        assert (asked.macro, asked.scale) == (beside.macro, beside.scale) == ("adverse", 0.5)
        assert how["seed"] == how_beside["seed"] == 3
        assert asked.levers and beside.levers == load("committed").levers
        assert beside.policy == "committed"

    def test_json_has_the_documented_keys_and_strict_numbers(self, call):
        def refuse(constant):
            raise AssertionError(f"{constant} is not JSON")

        answer = json.loads(
            call("run", "--json", "--timings", "--set", "reits_pilot=0.5@2022-01").out, parse_constant=refuse
        )
        assert list(answer) == [
            "scenario", "title", "scenario_hash", "settings", "seed", "macro", "year", "year_told",
            "conditional_replay", "conditions", "parameters", "version", "provenance", "caveat", "indicators",
            "many_runs", "redline", "companions", "events", "costs", "annual", "out", "timings",
        ]  # fmt: skip
        assert [row["id"] for row in answer["indicators"]] == [each.id for each in plan.indicators()]
        assert set(answer["indicators"][0]) == {
            "id", "name", "unit", "value_2020", "value_2025", "target_2025", "qualifier", "distance", "met",
            "within_rounding", "committed_2025",
        }  # fmt: skip
        assert list(answer["annual"]) == ["2020", "2021", "2022", "2023", "2024", "2025"]
        assert answer["settings"] == ["reits_pilot=0.5@2022-01"]

    def test_every_json_key_is_documented_in_help_and_docs(self, call, request):
        documented = (request.config.rootpath / "docs" / "json.md").read_text(encoding="utf-8")
        helped = call("run", "--help").out
        answer = json.loads(call("run", "--json").out)
        for key in [*answer, *answer["indicators"][0], *answer["redline"][0]]:
            assert f"`{key}`" in documented
            assert key in helped

    def test_quiet_prints_one_indicator_a_line_and_nothing_else(self, call):
        answer = call("run", "--quiet")
        lines = [line.split("\t") for line in answer.out.splitlines()]
        assert [name for name, _ in lines] == [*(each.id for each in plan.indicators()), "redline_broken"]
        assert all(float(value) > 0 for _, value in lines)
        assert answer.err == ""

    @pytest.mark.parametrize("suffix", [".csv", ".parquet", ".CSV"])
    def test_out_writes_the_monthly_indicators(self, call, tmp_path, stand_in_model, suffix):
        target = tmp_path / f"run{suffix}"
        assert call("run", "--out", target.as_posix()).code == 0
        if suffix == ".parquet":
            table = pd.read_parquet(target)
        else:
            table = pd.read_csv(target, index_col="month", parse_dates=True)
        pd.testing.assert_frame_equal(
            table, stand_in_model.run(load("plan")).indicators, check_freq=False, check_index_type=False
        )
        assert list(tmp_path.iterdir()) == [target]

    def test_a_failed_run_says_so_in_one_line_and_leaves_an_older_file_alone(self, call, tmp_path):
        target = tmp_path / "run.csv"
        target.write_text("older")
        answer = call("run", "--seed", "404", "--out", target.as_posix())
        assert answer.code == 1
        assert answer.err.startswith("error: failed inside: ArithmeticError: the books do not close in 2023-05")
        assert answer.err.count("\n") == 1
        assert target.read_text() == "older"
        assert list(tmp_path.iterdir()) == [target]

    def test_a_failed_write_leaves_no_draft(self, call, tmp_path, monkeypatch):
        def full(*_args, **_options):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(pd.DataFrame, "to_csv", full)
        with pytest.raises(OSError, match="No space left"):
            call("run", "--out", (tmp_path / "run.csv").as_posix())
        assert list(tmp_path.iterdir()) == []

    def test_timings_show_the_slowest_step_first(self, call):
        out = call("run", "--timings").out.rpartition("seconds")[2]
        assert 0 < out.index("issuers") < out.index("markets")


class TestListings:
    @pytest.mark.parametrize("listing", EVERY_LISTING)
    def test_json_lists_exactly_what_quiet_names(self, call, listing):
        data = json.loads(call(listing, "--json").out)
        if isinstance(data, dict):
            data = [*data["indicators"], data["redline"], *data["secondary"]]
        quiet = call(listing, "--quiet").out.split()
        assert [row.get("id", row.get("name")) for row in data] == quiet

    @pytest.mark.parametrize("listing", EVERY_LISTING)
    def test_the_table_shows_every_name_in_one_piece(self, call, listing):
        table = call(listing).out
        for name in call(listing, "--quiet").out.split():
            assert name in table

    @pytest.mark.parametrize(("listing", "name"), ONE_OF_EACH)
    def test_one_of_each_is_shown_in_detail(self, call, listing, name):
        answer = call(listing, name)
        assert answer.code == 0
        assert len(answer.out.splitlines()) > 3
        assert name in answer.out
        data = json.loads(call(listing, name, "--json").out)
        assert name in (data.get("id"), data.get("name"))
        assert call(listing, name, "--quiet").out.strip() == name

    def test_levers_show_what_no_rule_reads_yet_and_what_one_reads(self, call):
        levers = json.loads(call("levers", "--json").out)
        channels = {channel.id: channel for channel in plan.channels()}
        for lever in levers:
            for effect in lever["effects"]:
                assert effect["rule"] == (channels[effect["channel"]].rule or None)
        unread = sum(not channel.rule for channel in channels.values())
        assert f"{len(channels)} channels, {unread} of them not read yet" in " ".join(call("levers").out.split())

    def test_a_channel_without_a_rule_is_called_not_read_yet(self, call, monkeypatch):
        from dataclasses import replace

        channels = [replace(channel, rule="") for channel in plan.channels()]
        channels[0] = replace(channels[0], rule="agents.foreign_investors:target_weight")
        known = replace(plan.shipped_plan(), channels=tuple(channels))
        monkeypatch.setattr("app.terminal.asked.shipped_plan", lambda: known)
        detail = call("levers", plan.levers_moving(channels[0].id)[0]).out
        assert "agents.foreign_investors:target_weight" in detail
        assert "not read yet" in detail

    def test_steps_show_the_month(self, call):
        assert "draw_macro" in call("levers", "--steps").out
        assert json.loads(call("levers", "--steps", "--json").out)[0]["owner"] == "macro"

    def test_a_printed_scenario_is_a_file_that_loads_to_the_same_scenario(self, call, scenario_file):
        for name in names():
            file = scenario_file(call("scenarios", name).out, f"{name}.yaml")
            assert load(file) == load(name)

    def test_a_measure_is_found_in_small_letters(self, call):
        assert call("measures", "m14").out == call("measures", "M14").out


class TestCheck:
    def test_a_good_file_is_ok_with_its_title_and_hash(self, call, scenario_file):
        file = scenario_file("title: Mine\nextends: plan\nlevers:\n  reits_pilot: 0.5\n")
        assert call("check", file.as_posix()).out == f"ok: Mine, {load(file).content_hash()}\n"
        assert json.loads(call("check", file.as_posix(), "--json").out)["ok"] is True
        assert call("check", file.as_posix(), "--quiet").out == ""

    def test_every_error_of_a_file_is_told_with_its_line(self, call, scenario_file):
        file = scenario_file("title: Mine\nmacro: neutrl\nlevers:\n  reit_pilot: 0.5\n  panda_bond_framework: 1.4\n")
        answer = call("check", file.as_posix())
        assert answer.refused()
        assert f"{file}:2" in answer.err and "'neutral'" in answer.err
        assert f"{file}:4" in answer.err and "did you mean 'reits_pilot'?" in answer.err
        assert f"{file}:5" in answer.err and "1.4 is outside 0..1" in answer.err


class TestRefusals:
    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["run", "plam"], "did you mean 'plan'?"),
            (["run", "missing.yaml"], "missing.yaml: no such file"),
            (["run", "--set", "reit_pilot=0.5"], "did you mean 'reits_pilot'?"),
            (["run", "--set", "reits_pilot=1.4"], "1.4 is outside 0..1"),
            (["run", "--set", "reits_pilot=-0.1"], "-0.1 is outside 0..1"),
            (["run", "--set", "reits_pilot=nan"], "nan"),
            (["run", "--set", "reits_pilot=0.5@2026-01"], "2026-01 is outside 2021-01..2025-12"),
            (["run", "--set", "reits_pilot=0.5@soon"], "soon"),
            (["run", "--set", "reits_pilot"], "'reits_pilot' is not a setting"),
            (["run", "--set", "reits_pilot=0.5@2022-01", "--set", "reits_pilot=0.6@2022-01"], "contradicts"),
            (
                ["run", "--shock", "us_yeld=1"],
                "--shock: us_yeld.name: unknown shock 'us_yeld'; did you mean 'us_yield'?",
            ),
            (["run", "--shock", "us_yield=7"], "--shock: us_yield.size: 7.0 is outside -4..6 (-4 to 6 pp)"),
            (["run", "--shock", "us_yield=nan"], "us_yield.size: nan is outside -4..6"),
            (["run", "--shock", "us_yield=much"], "--shock: us_yield: 'much' is not a number (name, name=size"),
            (["run", "--shock", "us_yield=true"], "'true' is not a number"),
            (["run", "--shock", "us_yield="], "'us_yield=' is not a shock (name, name=size"),
            (["run", "--shock", "=1"], "'=1' is not a shock"),
            (["run", "--shock", "us_yield=1@"], "'us_yield=1@' is not a shock"),
            (["run", "--shock", "us_yield=1@2022-01.."], "'us_yield=1@2022-01..' is not a shock"),
            (["run", "--shock", "us_yield=1@2022-13"], "--shock: us_yield.month: '2022-13' is not a month"),
            (["run", "--shock", "us_yield=1@2022-01..2022-14"], "--shock: us_yield.to: '2022-14' is not a month"),
            (["run", "--shock", "us_yield=1@2022-05..2022-01"], "--shock: us_yield: the shock ends in 2022-01, before"),
            (["run", "--shock", "us_yield=1@2026-01"], "--shock: us_yield: 2026-01 is outside 2021-01..2025-12"),
            (["run", "--macro", "neutrl"], "did you mean 'neutral'?"),
            (["run", "--scale", "0"], "--scale"),
            (["run", "--scale", "nan"], "--scale"),
            (["run", "--scale", "big"], "--scale: 'big'"),
            (["run", "--seed", "-1"], "'-1' is not a whole number"),
            (["run", "--seed", "1.5"], "'1.5' is not a whole number"),
            (["run", "--seed", "99999999999999999999"], "is not a whole number"),
            (["run", "--sede", "1"], "--seed"),
            (["run", "plan", "frozen"], "frozen"),
            (["rnu"], "Did you mean 'run'?"),
            (["levers", "bond_market_acces"], "did you mean 'bond_market_access'?"),
            (["levers", "bond_market_access", "--steps"], "--steps"),
            (["shocks", "us_yeld"], "unknown shock 'us_yeld'; did you mean 'us_yield'? (see: lujiazui shocks)"),
            (["measures", "M99"], "unknown measure 'M99'"),
            (["indicators", "turnovr_total"], "did you mean 'turnover_total'?"),
            (["scenarios", "strech"], "did you mean 'stretch'?"),
            (["check", "missing.yaml"], "missing.yaml: no such file"),
            (["check"], "file"),
        ],
    )
    def test_what_is_wrong_is_refused_in_lines_that_help(self, call, arguments, said):
        answer = call(*arguments)
        assert answer.refused()
        assert said in answer.err

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            ("levers:\n  reits_pilot: 0.1\n  reits_pilot: 0.2\n", "given twice"),
            ("levers:\n  reits_pilot: .nan\n", "nan is outside 0..1"),
            ("levers: 3\n", "levers"),
            ("scale: big\n", "scale"),
            (b"\x00\x01\x02", "binary"),
            ("", "is empty"),
            ("!!python/object/apply:os.system [ls]\n", "not allowed"),
        ],
    )
    @pytest.mark.parametrize("command_name", ["run", "check", "scenarios"])
    def test_a_bad_file_is_refused_by_every_command_that_reads_one(
        self, call, scenario_file, command_name, content, said
    ):
        file = scenario_file(content)
        answer = call(command_name, file.as_posix())
        assert answer.refused()
        assert said in answer.err and str(file) in answer.err

    def test_all_that_is_wrong_with_a_run_is_told_at_once(self, call):
        answer = call(
            "run", "plam", "--set", "reits_pilot=2", "--macro", "neutrl", "--scale", "301", "--shock", "equity=9"
        )
        assert answer.refused()
        assert len(answer.err.splitlines()) == 5

    @pytest.mark.parametrize(
        "name", ["run.txt", "run", "folder.csv", "missing/run.csv", "file/run.csv", "x" * 300 + ".csv"]
    )
    def test_an_output_that_cannot_be_written_is_refused_before_the_run(
        self, call, tmp_path, stand_in_model, monkeypatch, name
    ):
        (tmp_path / "folder.csv").mkdir()
        (tmp_path / "file").write_text("no folder")
        monkeypatch.setattr(stand_in_model, "run", lambda *_args, **_how: pytest.fail("the run began"))
        answer = call("run", "--out", (tmp_path / name).as_posix())
        assert answer.refused()
        assert "--out" in answer.err

    def test_escape_codes_in_a_name_are_spelt_out(self, call):
        answer = call("check", "\x1b[31mred.yaml")
        assert answer.refused()
        assert "\x1b" not in answer.err and "\\x1b[31mred.yaml" in answer.err


class TestHelp:
    @pytest.mark.parametrize("name", ["", "run", *EVERY_LISTING, "check"])
    def test_every_command_has_an_example_and_the_two_switches(self, call, name):
        answer = call(*name.split(), "--help")
        assert answer.code == 0
        assert "Example: lujiazui" in answer.out
        if name:
            assert "--json" in answer.out and "--quiet" in answer.out

    def test_no_argument_means_help(self, call):
        assert call().out == call("--help").out


class TestWidths:
    @pytest.mark.parametrize("columns", [50, 80, 100, 120, 200])
    @pytest.mark.parametrize(
        "arguments",
        ["run", "shocks", "shocks lockdown", "levers", "levers reits_pilot", "measures", "measures M14", "indicators"],
    )
    def test_a_table_fits_its_terminal_and_loses_nothing(self, call, monkeypatch, columns, arguments):
        from app.terminal import tables

        monkeypatch.setattr(tables, "WIDTH_WITHOUT_TERMINAL", columns)
        narrow = call(*arguments.split()).out
        assert max(len(line) for line in narrow.splitlines()) <= columns
        monkeypatch.setattr(tables, "WIDTH_WITHOUT_TERMINAL", 1000)
        wide = call(*arguments.split()).out
        shown = [sorted(letter for letter in text if letter.isalnum()) for text in (narrow, wide)]
        assert shown[0] == shown[1]
