"""What runs each block and each command line of README and docs: `python -m tests.setup.documented` writes the page."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGE = DOCS / "tested-commands.md"
LISTED = "tests/setup/test_documented_commands.py"
"""Compares every command line with the commands and options that there are."""
WRITTEN = {"docs/commands.md": "tests/setup/test_commands_page.py", "docs/odd.md": "tests/setup/test_odd.py"}
"""Pages written by the model or the commands, and the test that compares them."""

REFUSED = "tests/app/test_options.py (input that is refused); what it computes:"

BLOCKS = {
    ("README.md", ""): ".ci/run (the quick start), tests/setup/test_start.py, and the commands below",
    ("README.md", "python"): "tests/setup/test_page_blocks.py",
    ("docs/app.md", ""): "tests/browser/test_proxy.py (the proxy), tests/app/test_processes.py",
    ("docs/brief.md", ""): "tests/app/test_report.py",
    ("docs/brief.md", "python"): "tests/setup/test_page_blocks.py",
    ("docs/calibration.md", ""): f"{REFUSED} tests/calibration/test_fit.py",
    ("docs/cluster.md", ""): "tests/sim/experiments/test_cluster.py",
    ("docs/cluster.md", "sh"): "tests/sim/experiments/test_cluster.py (with two workers of this machine)",
    ("docs/forecasts.md", ""): "tests/app/test_forecasting.py",
    ("docs/how-to/command-line.md", "sh"): "tests/app/test_completion.py",
    ("docs/how-to/other-tools.md", "python"): "tests/setup/test_how_to.py",
    ("docs/how-to/own-component.md", ""): "tests/plugins/test_template_installed.py",
    ("docs/how-to/own-component.md", "python"): "tests/plugins/test_template_installed.py",
    ("docs/how-to/own-component.md", "text"): "tests/plugins/test_template_installed.py",
    ("docs/how-to/own-component.md", "toml"): "tests/plugins/test_template_installed.py",
    ("docs/how-to/own-component.md", "yaml"): "tests/plugins/test_own_component.py",
    ("docs/how-to/own-exposures.md", "python"): "tests/setup/test_exposures_page.py",
    ("docs/how-to/own-exposures.md", "sh"): "tests/setup/test_exposures_page.py",
    ("docs/how-to/own-exposures.md", "text"): "tests/setup/test_exposures_page.py",
    ("docs/how-to/own-observations.md", "sh"): "tests/calibration/test_own_moments.py",
    ("docs/how-to/own-observations.md", "text"): "tests/calibration/test_own_moments.py",
    ("docs/how-to/own-parameters.md", ""): "tests/scenarios/test_own_parameters.py",
    ("docs/how-to/own-parameters.md", "text"): "tests/setup/test_page_blocks.py",
    ("docs/how-to/own-plan.md", "python"): "tests/plans/test_page.py",
    ("docs/how-to/own-plan.md", "sh"): "tests/plans/test_page.py",
    ("docs/how-to/own-plan.md", "text"): "tests/plans/test_baseline.py",
    ("docs/how-to/own-plan.md", "toml"): "tests/plans/test_page.py",
    ("docs/how-to/own-plan.md", "yaml"): "tests/plans/test_own_plan.py",
    ("docs/how-to/own-question.md", "python"): "tests/plugins/test_own_question.py",
    ("docs/how-to/own-question.md", "sh"): "tests/plugins/test_own_question.py",
    ("docs/how-to/own-question.md", "text"): "tests/plugins/test_own_question.py",
    ("docs/how-to/own-question.md", "toml"): "tests/plugins/test_own_question.py",
    ("docs/how-to/own-question.md", "yaml"): "tests/plugins/test_own_question.py",
    ("docs/how-to/tables-elsewhere.md", "python"): "tests/setup/test_how_to.py",
    ("docs/how-to/tables-elsewhere.md", "r"): "tests/setup/test_other_languages.py",
    ("docs/how-to/tables-elsewhere.md", "sh"): "tests/app/test_store_commands.py",
    ("docs/how-to/tables-elsewhere.md", "stata"): "not run; the file they read: tests/setup/test_other_languages.py",
    ("docs/questions.md", "sh"): "tests/setup/test_questions.py",
    ("docs/redline.md", "python"): "tests/setup/test_page_blocks.py",
    ("docs/scenario-files.md", "yaml"): "tests/setup/test_page_blocks.py",
    ("docs/sensitivity.md", ""): "tests/sim/experiments/test_designs.py",
    ("docs/store.md", "python"): "tests/setup/test_page_blocks.py",
    ("docs/stress.md", ""): "tests/sim/stress/test_own_network.py",
    ("docs/stress.md", "python"): "tests/setup/test_page_blocks.py",
    ("docs/sweeps.md", "yaml"): "tests/setup/test_page_blocks.py",
    ("docs/tutorial.md", "python"): "tests/setup/test_tutorial.py",
    ("docs/tutorial.md", "sh"): "tests/setup/test_tutorial.py",
}
"""What runs the blocks of a page in a language."""

COMMANDS = {
    "app": "tests/app/test_processes.py",
    "attribute": "tests/plans/test_page.py",
    "batch": "tests/app/test_store_commands.py",
    "calibrate": f"{REFUSED} tests/calibration/test_fit.py",
    "check": "tests/app/test_cli.py",
    "compare": "tests/app/test_store_commands.py",
    "decisions": "tests/app/test_few_runs_and_conditions.py",
    "designs": "tests/app/test_store_commands.py",
    "discover": "tests/sim/experiments/test_designs.py",
    "doctor": "tests/app/test_store_commands.py",
    "effects": "tests/app/test_real_runs.py",
    "estimate": "tests/app/test_estimate.py",
    "evidence": "tests/app/test_measured_tables.py",
    "export": "tests/app/test_store_commands.py",
    "facts": "tests/app/test_few_runs_and_conditions.py",
    "forecast": "tests/app/test_forecasting.py",
    "frontier": "tests/sim/experiments/test_frontier.py",
    "goals": "tests/sim/experiments/test_goals.py",
    "help": "tests/app/test_completion.py",
    "indicators": "tests/app/test_cli.py",
    "levers": "tests/app/test_cli.py",
    "measures": "tests/app/test_cli.py",
    "month": "tests/app/test_real_runs.py",
    "odd": "tests/setup/test_odd.py",
    "register": f"{REFUSED} tests/sim/test_coverage.py",
    "report": "tests/app/test_report.py",
    "rerun": "tests/app/test_store_commands.py",
    "review": "tests/app/test_forecasting.py",
    "run": "tests/app/test_real_runs.py",
    "scenarios": "tests/app/test_cli.py",
    "search": "tests/sim/experiments/test_robust_search.py",
    "sensitivity": "tests/sim/experiments/test_designs.py",
    "shocks": "tests/app/test_cli.py",
    "stress": "tests/sim/evidence/test_shock_tests.py",
    "sweep": "tests/sim/experiments/test_designs.py",
    "validate alarms": "tests/calibration/test_false_alarms.py",
    "validate backtest": f"{REFUSED} tests/calibration/test_rolling_origins.py",
    "validate discrepancy": "tests/calibration/test_discrepancy.py",
    "validate events": f"{REFUSED} tests/calibration/test_rolling_origins.py",
    "validate forecast": "tests/app/test_forecasting.py",
    "validate holdout": f"{REFUSED} tests/calibration/test_rolling_origins.py",
    "validate inference": "tests/calibration/test_inference.py",
    "validate origins": f"{REFUSED} tests/calibration/test_rolling_origins.py",
    "validate placebo": f"{REFUSED} tests/calibration/test_rolling_origins.py",
    "validate published": "tests/calibration/test_published_change.py",
    "validate rivals": f"{REFUSED} tests/calibration/test_rolling_origins.py",
}
"""A test that calls a command, or that of what it computes."""

HEAD = """\
# What tests the examples

Every page with blocks and every command of README and docs, with the test that runs it.
`python -m tests.setup.documented` writes this page from the pages; a test fails where it is out of date, where blocks
have no row and where a test is gone. The names and options of every command line are compared with the commands by
`{listed}`, and every link by `tests/setup/test_documents.py`. The notebooks are run by `tests/setup/test_notebooks.py`.
What a first try of a question of one's own took, and what stood in its way:
[a question of your own](how-to/own-question.md#a-first-try).

## Blocks

| page | language | run by |
|---|---|---|
"""
LINES = """
## Command lines

The command of each line is called by the test beside it, often with smaller numbers or a stand-in for the model: the
line itself is run where its page is in the table above. Tests marked `slow` run in continuous integration.

| command | called by |
|---|---|
"""


def pages():
    """README and the pages of the docs, but for decisions, which are of their time, and this table."""
    found = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
    return [page for page in found if page != PAGE and DOCS / "decisions" not in page.parents]


def name_of(page):
    return page.relative_to(ROOT).as_posix()


def blocks():
    """Pages with blocks and their languages; lists of contents are none."""
    found = set()
    for page in pages():
        if name_of(page) not in WRITTEN:
            text = page.read_text(encoding="utf-8")
            kinds = re.findall(r"^```(\S*)\n.*?^```$", text, re.MULTILINE | re.DOTALL)
            found |= {(name_of(page), kind) for kind in kinds if not kind.startswith("{")}
    return found


def command_of(line, known):
    """The longest of the known commands with which a line begins."""
    fitting = [name for name in known if line == name or line.startswith(f"{name} ")]
    return max(fitting, key=len, default="")


def linked(test):
    """Paths of tests as code, the words around them as they are."""
    return re.sub(r"((?:tests/|\.ci/)[\w./]+\b)", r"`\1`", test)


def link_to(page):
    return f"[{page}]({page.removeprefix('docs/')})" if page.startswith("docs/") else page


def page_of(lines, known):
    """The page.

    Parameters
    ----------
    lines
        Pages and command lines, as the test of documented commands finds them.
    known
        Names of all commands, those under another one with its name before.
    """
    rows = [
        f"| {link_to(page)} | {kind or 'lines'} | {linked(BLOCKS[page, kind])} |" for page, kind in sorted(blocks())
    ]
    rows += [
        f"| {link_to(page)} | all | {linked(test)}, which compares the whole page |" for page, test in WRITTEN.items()
    ]
    shown = {command_of(line, known) for _, line in lines} - {""}
    told = [f"| `{name}` | {linked(COMMANDS[name])} |" for name in sorted(shown)]
    return HEAD.format(listed=LISTED) + "\n".join(rows) + "\n" + LINES + "\n".join(told) + "\n"


def main():
    """Write the page."""
    from tests.setup.test_documented_commands import LINES as LINES_SHOWN
    from tests.setup.test_documented_commands import known_names

    PAGE.write_text(page_of(LINES_SHOWN, known_names()), encoding="utf-8")


if __name__ == "__main__":
    main()
