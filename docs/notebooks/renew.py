"""Run the notebooks of this folder anew and keep what they show: `python docs/notebooks/renew.py [NAME ...]`."""

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

HERE = Path(__file__).parent
SECONDS = 3600
"""Longest time for one cell."""


def executed(path: Path) -> nbformat.NotebookNode:
    """The notebook with the outputs of its cells, run in their order by a new kernel in an empty folder."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(
            notebook,
            timeout=SECONDS,
            kernel_name="python3",
            config=Config(KernelManager={"transport": "ipc", "ip": f"{folder}/.kernel"}),
            record_timing=False,
            resources={"metadata": {"path": folder}},
        ).execute(env={**os.environ, "PYTHONSAFEPATH": "1"})
    notebook.metadata = {"kernelspec": notebook.metadata["kernelspec"], "language_info": {"name": "python"}}
    return notebook


def notebooks(names: list[str]) -> list[Path]:
    """Paths of the notebooks by name; all without a name.

    Raises
    ------
    SystemExit
        For a name that is none of them.
    """
    known = {path.stem: path for path in sorted(HERE.glob("*.ipynb"))}
    wrong = [name for name in names if name not in known]
    if wrong:
        raise SystemExit(f"no notebook {wrong[0]!r}; there are {', '.join(known)}")
    return [known[name] for name in names or known]


def main() -> None:
    """Run them and write them."""
    for path in notebooks(sys.argv[1:]):
        nbformat.write(executed(path), path)
        print(path.name)


if __name__ == "__main__":
    main()
