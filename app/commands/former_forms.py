"""Forms of commands that have been replaced: each is refused with the form that does the same now."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.problem_texts import coded

FORMER_OPTIONS = {
    "validate": {
        "--observed": "lujiazui validate forecast --observed FILE",
        "--forecast": "lujiazui validate forecast --observed FILE --forecast FILE",
        "--origins": "lujiazui validate origins",
        "--backtest": "lujiazui validate backtest",
        "--rivals": "lujiazui validate rivals",
        "--placebo": "lujiazui validate placebo",
        "--events": "lujiazui validate events",
        "--until": "lujiazui validate holdout --until YEAR",
    }
}
"""What replaces an option that stood right after a command, by command and option."""


def refuse_former_form(command: Sequence[str], words: Sequence[str]) -> None:
    """Refuse a command line in a form that has been replaced.

    Parameters
    ----------
    command
        The command, without the one under it that is to be named now.
    words
        What follows.

    Raises
    ------
    InputError
        Naming the form that replaces it.
    """
    former = FORMER_OPTIONS.get(" ".join(command), {})
    for option in (word.partition("=")[0] for word in words):
        if option in former:
            from scenarios.errors import InputError

            raise InputError(
                coded("command.former_form"), key=option, allowed=coded("allowed.use", form=former[option])
            )
