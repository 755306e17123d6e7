"""Write and check the reference of the commands, `docs/commands.md`, and the manual page `docs/lujiazui.1`.

`python .ci/commands.py renew` writes both from the commands themselves: Typer writes the page, Sphinx makes the manual
page of it, without a network. `python .ci/commands.py check` fails when one of them is out of date.
"""

import argparse
import contextlib
import io
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "commands.md"
MANUAL = ROOT / "docs" / "lujiazui.1"
SETTINGS = """\
project = "Lujiazui"
version = release = {version!r}
author = "Lujiazui developers"
today = " "
extensions = ["myst_parser"]
man_pages = [("index", "lujiazui", {title!r}, author, 1)]
"""


def page() -> str:
    """The reference of all commands, as Typer writes it from them."""
    import typer
    from typer.cli import get_docs_for_click

    from app.cli import commands

    known: Any = typer.main.get_command(commands)
    context = known.context_class(known, info_name="lujiazui")
    return f"{get_docs_for_click(obj=known, ctx=context, name='lujiazui', title='The commands').strip()}\n"


def manual(reference: str) -> str:
    """The manual page of a reference, as Sphinx makes it.

    Raises
    ------
    RuntimeError
        If Sphinx fails or warns.
    """
    from sphinx.cmd.build import main as sphinx

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "source", Path(folder) / "made"
        source.mkdir()
        told = SETTINGS.format(title=project["description"], version=project["version"])
        (source / "conf.py").write_text(told, encoding="utf-8")
        (source / "index.md").write_text(reference, encoding="utf-8")
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            code = sphinx(["-q", "-W", "-b", "man", str(source), str(made)])
        if code:
            raise RuntimeError(f"the manual page cannot be made: {said.getvalue()}")
        return (made / "lujiazui.1").read_text(encoding="utf-8")


def main() -> None:
    """Renew or check."""
    parser = argparse.ArgumentParser(description="Write and check the reference of the commands.")
    parser.add_argument("what", choices=("renew", "check"))
    asked = parser.parse_args()
    reference = page()
    for path, text in ((PAGE, reference), (MANUAL, manual(reference))):
        if asked.what == "renew":
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            raise SystemExit(f"{path.relative_to(ROOT)} is out of date: python .ci/commands.py renew")
    print("docs/commands.md and docs/lujiazui.1 are those of the commands")


if __name__ == "__main__":
    main()
