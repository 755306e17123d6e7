"""The command line as the shell sees it: exit codes, signals, pipes, time to answer."""

import json
import os
import pty
import resource
import select
import signal
import subprocess
import sys
import time

import pytest


def test_version_is_the_one_of_the_installed_distribution(command):
    from importlib.metadata import version

    assert command("--version").out == f"lujiazui {version('lujiazui')}\n"


def test_help_comes_without_the_heavy_libraries_and_before_they_would(environment):
    """Help costs less processor time than the import of the two libraries that every run needs."""

    def used(script):
        told = (
            "\nimport resource\nused = resource.getrusage(resource.RUSAGE_SELF)\n"
            "print(used.ru_utime + used.ru_stime, file=sys.stderr)"
        )
        best = 9.0
        for _ in range(3):  # the least of three: other work on the machine only ever adds
            command = [sys.executable, "-P", "-c", f"import sys\n{script}{told}"]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
            heavy, _, seconds = done.stderr.rpartition(" ")
            assert heavy in ("", "[]")
            best = min(best, float(seconds))
        return best

    helped = used(
        "from app.cli import command_line\ncommand_line(['--help'])\n"
        "heavy = {'numpy', 'pandas', 'mesa', 'scipy', 'pydantic', 'sim', 'app.reports', 'tomllib'} & set(sys.modules)\n"
        "print(sorted(heavy), end=' ', file=sys.stderr)"
    )
    assert helped < used("import mesa, pandas")


def interrupted(environment, *arguments, after):
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "app", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(after)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def test_ctrl_c_in_the_middle_of_a_run_ends_in_one_line_and_writes_nothing(environment, tmp_path):
    target = tmp_path / "run.csv"
    long_run = ("run", "--seed", "503", "--scale", "10")
    code, out, err = interrupted(environment, *long_run, "--out", str(target), after=2.0)
    assert (code, out, err) == (2, "", "Interrupted; nothing was written.\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "module", ["app.cli", "typer", "app.terminal.asked", "scenarios.plan", "pydantic", "sim", "app.terminal.report"]
)
def test_ctrl_c_while_modules_load_ends_in_one_line(environment, module):
    script = (
        "import os, signal, sys\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}:\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "sys.argv = ['lujiazui', 'run']\n"
        "from app.entry import main\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "Interrupted; nothing was written.\n")


@pytest.mark.parametrize("arguments", ["levers", "run --json", "--help", "scenarios plan"])
def test_a_reader_that_has_enough_causes_no_traceback(environment, arguments):
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "app", *arguments.split()],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert (process.wait(timeout=30), err) == (0, b"")


def test_a_closed_stdout_causes_no_traceback(environment):
    done = subprocess.run(
        ["sh", "-c", f"exec '{sys.executable}' -P -m app levers >&-"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full device on this system")  # noqa: PTH110
def test_a_full_disk_under_stdout_is_a_failure_in_one_line(environment):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-P", "-m", "app", "levers"],
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "error: the output cannot be written: No space left on device\n"


def test_a_terminal_without_the_letters_still_gets_its_table(environment):
    done = subprocess.run(
        [sys.executable, "-P", "-m", "app", "levers"],
        env={**environment, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"bond_market_access" in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk"])
def test_json_keeps_its_letters_where_the_output_has_another_encoding(environment, tmp_path, encoding):
    file = tmp_path / "情景.yaml"
    file.write_text("policy: plan\ntitle: 规划 é\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "app", "check", str(file), "--json"],
        env={**environment, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=True,
    )
    told = json.loads(done.stdout)  # JSON is UTF-8
    assert (told["file"], told["title"]) == (str(file), "规划 é")


def test_output_in_a_pipe_is_plain_text_and_json_stays_alone_on_stdout(command):
    assert "\x1b" not in command("run").out
    answer = command("run", "--json")
    assert json.loads(answer.out)["scenario"] == "plan"
    assert answer.err == ""


def on_a_terminal(environment, *arguments, interrupt_when):
    """Return what a long run shows on a terminal, interrupted once what it has shown is enough."""
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "app", "run", "--seed", "503", "--scale", "10", *arguments],
        env=environment,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    shown, began, asked = b"", time.monotonic(), False
    while True:
        if not asked and interrupt_when(shown, time.monotonic() - began):
            process.send_signal(signal.SIGINT)
            asked = True
        if not select.select([controller], [], [], 0.1)[0]:
            continue
        try:
            part = os.read(controller, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(controller)
    return process.wait(timeout=30), shown.decode()


def test_whoever_waits_at_a_terminal_sees_the_months_go_by(environment):
    code, shown = on_a_terminal(environment, interrupt_when=lambda shown, _: b"/144" in shown)
    assert code == 2
    assert "Interrupted; nothing was written." in shown


def test_quiet_shows_no_progress_even_at_a_terminal(environment):
    code, shown = on_a_terminal(environment, "--quiet", interrupt_when=lambda _, seconds: seconds > 4.0)
    assert code == 2
    assert shown.strip() == "Interrupted; nothing was written."


def test_a_short_run_shows_no_progress(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    assert command("run").err == ""
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime > before
