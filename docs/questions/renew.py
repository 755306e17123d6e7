"""Write the answers into docs/questions.md: all, or those of the numbers given, such as `q06`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from time import perf_counter

from asked import asked_of, from_the_command_line

from app.measured.blocks import with_block
from scenarios.errors import InputError

PAGE = Path(__file__).parent.parent / "questions.md"
ANSWERS = {path.stem[:3]: path.stem for path in sorted(Path(__file__).parent.glob("q[0-9][0-9]_*.py"))}


def renew() -> None:
    """Measure answers and write each into its block; stored runs are not repeated."""
    asked, given = asked_of(__doc__, "questions")
    for name in given.questions or ANSWERS:
        if name not in ANSWERS:
            raise InputError(f"{name!r} is no question; allowed: {', '.join(ANSWERS)}", key="questions")
        start = perf_counter()
        text = import_module(ANSWERS[name]).answer(asked).told(asked)
        # Each answer is written when it is measured: an interruption loses one of them.
        PAGE.write_text(with_block(PAGE.read_text(encoding="utf-8"), name, text), encoding="utf-8")
        print(f"{PAGE.name} {name}: {perf_counter() - start:.0f} s", flush=True)


if __name__ == "__main__":
    from_the_command_line(renew)
