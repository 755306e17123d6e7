"""One command sets the project up on a bare machine, mends what was interrupted and disturbs nobody."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def quick_start():
    """The lines of the README's first block under 'Quick start'."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = text.partition("## Quick start\n")[2].partition("\n## ")[0].split("```")[1]
    return block.strip("\n").splitlines()


@pytest.fixture
def checkout(tmp_path):
    """A copy of the working tree as a fresh clone would hold it."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    target = tmp_path / "a checkout"
    for name in filter(None, listed.split("\0")):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)
    return target


@pytest.fixture
def bare():
    """Variables of a shell that knows of no environment."""
    kept = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    return {**kept, "PATH": f"{Path(sys._base_executable).parent}:/usr/bin:/bin"}


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """The set-up module, working on a small made-up checkout."""
    spec = importlib.util.spec_from_file_location("environment", ROOT / ".ci" / "environment.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy2(ROOT / name, tmp_path / name)
    venv = tmp_path / ".venv"
    for name, value in {
        "ROOT": tmp_path,
        "ENVIRONMENT": venv,
        "MARK": venv / "lujiazui.json",
        "TURN": tmp_path / ".venv.lock",
        "PYTHON": venv / "bin" / "python",
    }.items():
        monkeypatch.setattr(module, name, value)
    (venv / "bin").mkdir(parents=True)
    for name in ("python", "lujiazui"):
        (venv / "bin" / name).symlink_to(sys.executable)
    module.write_mark({"digest": module.wanted_digest(), "root": str(tmp_path), "extras": ",test"})
    return module


def test_the_quick_start_is_exactly_two_lines(quick_start):
    assert quick_start == ["sh start run plan --runs 8", "sh start test"]


def test_the_ci_script_runs_the_lines_of_the_readme(quick_start):
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    function = script[script.index("quick_start() {") :].partition("\n}\n")[0] + "\n}\n"
    for place, line in enumerate(quick_start, start=1):
        said = subprocess.run(
            ["bash", "-c", f"{function} quick_start {place}"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert said.stdout == f"{line}\n"


@pytest.mark.parametrize(
    ("words", "extras"), [(["app"], ["app"]), (["export", "--format=netcdf"], ["netcdf"]), (["run"], []), ([], [])]
)
def test_a_command_gets_the_extras_that_it_needs(environment, monkeypatch, words, extras):
    asked = []
    monkeypatch.setattr(environment, "ensure", asked.append)
    monkeypatch.setattr(environment.os, "execv", lambda *told: asked.append(told[1][1:]))
    environment.main(words)
    assert asked == [extras, words or ["--help"]]


class TestReadiness:
    def test_an_environment_with_the_right_mark_is_ready(self, environment):
        assert environment.is_ready(["test"])
        assert environment.is_ready([])

    def test_an_extra_holds_those_that_it_includes(self, environment):
        assert environment.is_ready(["app"])
        assert environment.is_ready(["ema", "explore"])

    def test_an_extra_that_is_missing_is_not_ready(self, environment):
        assert not environment.is_ready(["dev"])

    @pytest.mark.parametrize("name", ["pyproject.toml", "requirements.lock"])
    def test_a_changed_requirement_is_not_ready(self, environment, name):
        (environment.ROOT / name).write_text("changed")
        assert not environment.is_ready(["test"])

    @pytest.mark.parametrize("name", ["python", "lujiazui"])
    def test_a_broken_link_is_not_ready(self, environment, name):
        link = environment.ENVIRONMENT / "bin" / name
        link.unlink()
        link.symlink_to("/nonexistent/python")
        assert not environment.is_ready(["test"])

    def test_an_interrupted_set_up_is_not_ready(self, environment):
        environment.write_mark({"under_way": True})
        assert not environment.is_ready([])

    @pytest.mark.parametrize("mark", ["", "{", "[]", "\x00"])
    def test_a_damaged_mark_is_not_ready(self, environment, mark):
        environment.MARK.write_text(mark)
        assert not environment.is_ready([])

    def test_a_moved_checkout_is_not_ready(self, environment):
        environment.write_mark({**environment.read_mark(), "root": "/elsewhere"})
        assert not environment.is_ready(["test"])

    def test_a_failed_update_keeps_the_environment_for_the_next_try(self, environment, monkeypatch):
        (environment.ENVIRONMENT / "kept").touch()
        with (environment.ROOT / "requirements.lock").open("a") as lock:
            lock.write("# changed\n")
        monkeypatch.setattr(environment, "installer", lambda: ["false"])
        before = environment.read_mark()
        with pytest.raises(SystemExit, match="set-up failed"):
            environment.ensure(["test"])
        assert (environment.ENVIRONMENT / "kept").exists()
        assert environment.read_mark() == before

    def test_a_set_up_says_what_it_holds_only_after_it_is_done(self, environment, monkeypatch):
        seen = []
        monkeypatch.setattr(environment, "installer", lambda: seen.append(environment.read_mark()) or ["true"])
        environment.ensure(["dev"])
        assert seen[0]["under_way"] is True
        assert environment.is_ready(["dev"]) and environment.is_ready(["test"])


class TestInstallation:
    @pytest.fixture
    def told(self, environment, monkeypatch):
        """What the installer is called with, a list for each call; the requirements are kept as they were then."""
        calls = []

        def recorded(command, **_):
            calls.append(command[1:])
            if "--requirement" in command:
                calls[-1].append(Path(command[-1]).read_text())
            return subprocess.CompletedProcess(command, 0)

        environment.write_mark({**environment.read_mark(), "extras": "", "digest": "of another lock"})
        monkeypatch.setattr(environment, "installer", lambda: ["installer"])
        monkeypatch.setattr(environment, "works", lambda _: True)
        monkeypatch.setattr(environment.subprocess, "run", recorded)
        return calls

    def test_everything_comes_from_the_lock_with_digests_and_nothing_is_asked_for_beside_it(self, environment, told):
        environment.ensure(["netcdf"])
        first, second = told
        assert first[:3] == ["--no-deps", "--require-hashes", "--requirement"]
        # Without isolation the build backend is the one of the lock.
        assert second == ["--no-deps", "--no-build-isolation", "--editable", str(environment.ROOT)]

    def test_a_set_up_installs_the_part_of_the_lock_that_it_needs(self, environment, told):
        environment.ensure(["netcdf"])
        names = {line.partition("==")[0] for line in told[0][-1].splitlines() if "==" in line}
        assert {"numpy", "hatchling", "xarray"} <= names
        assert not {"solara", "platypus-opt", "pytest"} & names
        assert told[0][-1].count("--hash=sha256:") > 2 * len(names)

    def test_an_extra_that_was_there_stays(self, environment, told):
        environment.ensure(["netcdf"])
        environment.ensure(["cluster"])
        assert "xarray==" in told[2][-1] and "distributed==" in told[2][-1]


def test_without_a_python_that_serves_the_message_says_what_to_install(tmp_path):
    """Every Python on this path answers like an old one, and every absolute place that `start` knows is emptied."""
    script = (ROOT / "start").read_text(encoding="utf-8")
    for place in ("/usr/local/bin", "/usr/bin", "/opt/homebrew/bin", "/opt/python*"):
        script = script.replace(f"{place}/python3", f"{tmp_path}/none/python3")
    (tmp_path / "start").write_text(script)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("dirname", "cat"):
        (programs / name).symlink_to(shutil.which(name))
    for name in ("python3", "python3.13"):
        (programs / name).write_text("#!/bin/sh\nexit 1\n")
        (programs / name).chmod(0o755)
    done = subprocess.run(
        [shutil.which("sh"), str(tmp_path / "start"), "run"],
        env={"PATH": str(programs), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "needs Python 3.12 or newer, and none was found" in done.stderr
    assert "pyenv install 3.13" in done.stderr


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_fresh_checkout_runs_the_main_job_although_the_shim_fails(checkout, bare, quick_start):
    shims = checkout.parent / "shims"
    shims.mkdir()
    for name in ("python3", "python", "python3.13", "python3.12"):
        (shims / name).write_text("#!/bin/sh\necho 'version 3.99 is not installed' >&2\nexit 127\n")
        (shims / name).chmod(0o755)
    home = checkout.parent / "home"
    versions = home / ".pyenv" / "versions" / "some"
    versions.mkdir(parents=True)
    (versions / "bin").symlink_to(Path(sys._base_executable).parent)
    variables = {**bare, "PATH": f"{shims}:/usr/bin:/bin", "HOME": str(home), "PYENV_ROOT": str(home / ".pyenv")}
    done = subprocess.run(
        ["bash", "-c", f"{quick_start[0]} --json"],
        cwd=checkout,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["scenario"] == "plan"


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_killed_set_up_is_mended_by_two_that_start_at_once(checkout, bare):
    command = ["sh", "start", "levers", "--quiet"]
    killed = subprocess.Popen(command, cwd=checkout, env=bare, stderr=subprocess.PIPE, text=True)
    assert "Setting up .venv" in killed.stderr.readline()
    mark = checkout / ".venv" / "lujiazui.json"
    while not mark.exists():
        assert killed.poll() is None
    killed.kill()
    killed.wait()
    killed.stderr.close()
    both = [
        subprocess.Popen(command, cwd=checkout, env=bare, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=900) for process in both]
    assert [process.returncode for process in both] == [0, 0], answers
    assert answers[0][0] == answers[1][0] != ""
    assert sum("Setting up .venv" in err for _, err in answers) == 1


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_file_that_is_not_the_tested_one_is_refused(checkout, bare):
    lock = checkout / "requirements.lock"
    before, name, after = lock.read_text().partition("\nannotated-doc==")
    block, comment, rest = after.partition("\n# brought by")
    lock.write_text(before + name + re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", block) + comment + rest)
    done = subprocess.run(
        ["sh", "start", "levers"], cwd=checkout, env=bare, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "annotated-doc" in done.stderr
    assert "gave another file than the one that was tested" in done.stderr
    assert not (checkout / ".venv" / "bin" / "lujiazui").exists()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_is_passed_on_holds_licences_notices_and_all_that_the_app_serves(checkout, bare):
    """Built by the backend of the lock, without an index."""
    subprocess.run(["sh", "start", "levers", "--quiet"], cwd=checkout, env=bare, capture_output=True, check=True)
    build = [checkout / ".venv" / "bin" / "python", "-m", "hatchling", "build", "--directory", checkout / "built"]
    subprocess.run(build, cwd=checkout, env=bare, capture_output=True, check=True)
    (wheel,) = (checkout / "built").glob("*.whl")
    (source,) = (checkout / "built").glob("*.tar.gz")
    held = set(zipfile.ZipFile(wheel).namelist())
    assert {
        f"{wheel.name.removesuffix('-py3-none-any.whl')}.dist-info/licenses/{name}" for name in ("LICENSE", "NOTICE")
    } < held
    with tarfile.open(source) as archive:
        passed_on = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        "LICENSE",
        "NOTICE",
        "SECURITY.md",
        "requirements.lock",
        "constraints.txt",
        "start",
        ".ci/environment.py",
    } < passed_on
    assets = {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "app" / "web" / "assets").rglob("*") if path.is_file()
    }
    assert len(assets) > 40
    assert assets <= held
    assert assets <= passed_on
