"""Errors in users' input, in the language of the page."""

import re

from app.web.words import Words
from scenarios.errors import InputError, Problem
from scenarios.problem_texts import in_language, said


def problem_told(problem: Problem, words: Words, *, with_place: bool = True) -> str:
    """One problem in the language of the page.

    Parameters
    ----------
    problem
        The problem.
    words
        The language.
    with_place
        False leaves out the file: a browser has no use for the names of files on the server.
    """
    message = in_language(problem.message, words.language)
    if not with_place:
        return message
    text = words("problem.joint").join(part for part in (problem.where, problem.key, message) if part)
    if problem.nearest is not None:
        text += words("problem.nearest", name=repr(problem.nearest))
    if problem.allowed and problem.allowed not in problem.message:
        text += words("problem.allowed", what=in_language(problem.allowed, words.language))
    return text


def problems_told(error: Exception, words: Words, *, with_place: bool = True) -> str:
    """All problems of an error, one a line."""
    if not isinstance(error, InputError):
        return in_language(said(error), words.language)
    return "\n".join(problem_told(problem, words, with_place=with_place) for problem in error.problems)


PLACES = re.compile(r"(?:[A-Za-z]:)?(?:[/\\][\w.+~@-]+){2,}")
"""Pattern of a path of the server."""


def without_places(text: str) -> str:
    """The first line of a message that was not written for a browser, without places of the server."""
    return PLACES.sub("...", (text.splitlines() or [""])[0])
