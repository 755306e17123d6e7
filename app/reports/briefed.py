"""Report of the command `report`: the answer of the brief, and its files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.briefing import sentences
from app.briefing.words import Wording
from app.terminal.numbers import size_of_file
from app.terminal.report import Part, Prose
from scenarios.problem_texts import in_language
from sim.experiments.least_runs import LEAST_FOR_INTERVAL, LEAST_FOR_VERDICT

if TYPE_CHECKING:
    from app.briefing.brief import Brief


@dataclass(frozen=True)
class Briefed:
    """A brief that was written.

    Parameters
    ----------
    brief
        The brief.
    language
        Language of its page.
    files
        Files of it.
    """

    brief: Brief
    language: str
    files: Sequence[Path]

    @property
    def warnings(self) -> list[str]:
        """Statistics that so few runs do not support, and scenarios that cannot be compared, in the page's language."""
        summary, wording = self.brief.summary, Wording(self.language, plan=self.brief.summary.plan)
        runs, found = summary.runs[summary.main], []
        if runs < LEAST_FOR_INTERVAL:
            found.append(wording("page.few_runs", runs=runs, least=LEAST_FOR_INTERVAL))
        if summary.main in summary.effects and summary.pairs < LEAST_FOR_VERDICT:
            found.append(wording("page.few_pairs", pairs=summary.pairs, least=LEAST_FOR_VERDICT))
        for name, why in summary.not_compared.items():
            told = in_language(why, self.language)
            found.append(wording("page.not_compared", scenario=wording.scenario(name), why=told))
        return found

    def as_dict(self) -> dict[str, Any]:
        """Return the answer in sentences, and the numbers and verdicts behind it."""
        summary, wording = self.brief.summary, Wording(self.language, plan=self.brief.summary.plan)
        units = {each.id: each.unit for each in summary.plan.indicators}
        return {
            "files": [str(path) for path in self.files],
            "language": self.language,
            "scenario": summary.main,
            "baseline": summary.baseline,
            "year": summary.target_years[summary.main],
            "runs": dict(summary.runs),
            "question": self.brief.question or sentences.question(summary, wording),
            "headline": sentences.headline(summary, wording),
            "sentences": self._sentences(wording),
            "targets": [
                {
                    "scenario": name,
                    "indicator": indicator,
                    "unit": units[indicator],
                    "median": float(each.at_target[2]),
                    "q05": float(each.at_target[0]),
                    "q95": float(each.at_target[4]),
                    "met": each.met,
                    "runs": each.runs,
                    "verdict": each.verdict,
                }
                for name, outlooks in summary.outlooks.items()
                for indicator, each in outlooks.items()
            ],
            "effects": [
                {
                    "scenario": name,
                    "indicator": indicator,
                    "unit": units[indicator],
                    "median": each.median,
                    "low": each.low,
                    "high": each.high,
                    "pairs": each.pairs,
                    "verdict": each.verdict,
                }
                for name, effects in summary.effects.items()
                for indicator, each in effects.items()
            ],
            "redline": [
                {"scenario": name, "broken": each.broken_runs, "runs": each.runs, "verdict": each.kept}
                for name, each in summary.redlines.items()
            ],
            "conditions": summary.conditions.as_dict(),
            "warnings": self.warnings,
        }

    def _sentences(self, wording: Wording) -> list[str]:
        """The sentences after the bold one."""
        summary, outcomes = self.brief.summary, self.brief.outcomes
        return [*sentences.qualifications(summary, wording), *sentences.supporting(summary, wording, outcomes)]

    def quiet_lines(self) -> Iterable[str]:
        """Return the paths of the files."""
        return [str(path) for path in self.files]

    def parts(self) -> Iterable[Part]:
        """Return the answer in sentences, warnings and the files."""
        summary, wording = self.brief.summary, Wording(self.language, plan=self.brief.summary.plan)
        yield Prose(sentences.headline(summary, wording), bold=True)
        yield from map(Prose, self._sentences(wording))
        yield from map(Prose, self.warnings)
        yield from (f"{path}  {size_of_file(path)}" for path in self.files)
