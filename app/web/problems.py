"""What a user did wrong, told in the language of the page."""

import re
import tomllib
from functools import cache
from pathlib import Path

from app.web.words import Words
from scenarios.errors import InputError, Problem


@cache
def sentences() -> dict[str, dict[str, str]]:
    """Messages ("sentence") and what they allow ("allowed") in Chinese, by their English with {} for what is named."""
    with (Path(__file__).parent / "problems_zh.toml").open("rb") as file:
        found: dict[str, dict[str, str]] = tomllib.load(file)
    return found


@cache
def _patterns(group: str) -> list[tuple[re.Pattern[str], str]]:
    """The messages of a group as patterns, the most telling first."""
    ordered = sorted(sentences()[group].items(), key=lambda pair: len(pair[0].replace("{}", "")), reverse=True)
    return [
        (re.compile(re.escape(english).replace(re.escape("{}"), "(.+?)"), re.DOTALL), chinese)
        for english, chinese in ordered
    ]


def in_chinese(text: str, group: str) -> str:
    """A message in Chinese, and what is named in it too where that is a message; as it is if it is not known."""
    for pattern, chinese in _patterns(group):
        match = pattern.fullmatch(text)
        if match is not None:
            for value in match.groups():
                chinese = chinese.replace("{}", in_chinese(value, group).replace("{}", "{ }"), 1)
            return chinese
    return text


def problem_told(problem: Problem, words: Words, *, with_place: bool = True) -> str:
    """One problem in the language of the page.

    Parameters
    ----------
    problem
        What is wrong.
    words
        The language.
    with_place
        False leaves out the file: those of the server are nobody's business in a browser.
    """
    message = in_chinese(problem.message, "sentence") if words.language == "zh" else problem.message
    if not with_place:
        return message
    text = words("problem.joint").join(part for part in (problem.where, problem.key, message) if part)
    if problem.nearest is not None:
        text += words("problem.nearest", name=repr(problem.nearest))
    if problem.allowed and problem.allowed not in problem.message:
        allowed = in_chinese(problem.allowed, "allowed") if words.language == "zh" else problem.allowed
        text += words("problem.allowed", what=allowed)
    return text


def problems_told(error: Exception, words: Words, *, with_place: bool = True) -> str:
    """All problems of an error, one a line."""
    if not isinstance(error, InputError):
        return in_chinese(str(error), "sentence") if words.language == "zh" else str(error)
    return "\n".join(problem_told(problem, words, with_place=with_place) for problem in error.problems)


PLACES = re.compile(r"(?:[A-Za-z]:)?(?:[/\\][\w.+~@-]+){2,}")
"""What looks like a path of the server."""


def without_places(text: str) -> str:
    """The first line of a message that was not written for a browser, without places of the server."""
    return PLACES.sub("...", (text.splitlines() or [""])[0])
