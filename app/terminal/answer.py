"""The answer of a command: its report as JSON, as bare lines or as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.terminal.report import Report


def answer(report: Report, json: bool, quiet: bool) -> None:
    """Print a report in the form that is asked for; JSON goes before bare lines."""
    if json:
        from app.terminal.output import print_json

        print_json(report.as_dict())
    elif quiet:
        for line in report.quiet_lines():
            print(line)
    else:
        from app.terminal.tables import show

        for part in report.parts():
            show(part)
