"""A page as PDF or PNG, printed by a Chromium that is on the machine."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from scenarios.errors import InputError
from scenarios.problem_texts import coded

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "chrome", "msedge")
"""Names under which a Chromium is looked for on the path."""
SECONDS = 60.0
WIDTH = 794
"""Width of A4 in pixels of CSS."""
TALLEST = 16_000
MEASURE = "<script>document.title='height '+Math.ceil(document.documentElement.getBoundingClientRect().height)</script>"


def browser(option: str) -> str:
    """Return the path of a Chromium.

    Raises
    ------
    scenarios.InputError
        Under the option that needs one, if there is none.
    """
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        raise InputError(coded("browser.none"), key=option, allowed=", ".join(NAMES))
    return found


def print_pdf(page: str, target: Path) -> None:
    """Write a page as PDF, one sheet of A4 after another.

    Raises
    ------
    scenarios.InputError
        If there is no Chromium, or it fails.
    """
    with TemporaryDirectory(prefix="lujiazui-") as folder:
        source, made = _written(page, folder), Path(folder) / "page.pdf"
        _run("--pdf", folder, [f"--print-to-pdf={made}", "--no-pdf-header-footer", source.as_uri()])
        _moved(made, target, "--pdf")


def print_png(page: str, target: Path) -> None:
    """Write a page as one PNG picture, sheets one below the other, two pixels for each of CSS.

    Raises
    ------
    scenarios.InputError
        If there is no Chromium, or it fails.
    """
    with TemporaryDirectory(prefix="lujiazui-") as folder:
        source, made = _written(page, folder), Path(folder) / "page.png"
        # The page allows no scripts; the one that measures it stands in a copy without that policy.
        measured = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
        copy = Path(folder) / "measured.html"
        copy.write_text(measured.replace("</body>", f"{MEASURE}</body>"), encoding="utf-8")
        told = _run("--png", folder, ["--dump-dom", f"--window-size={WIDTH},1000", copy.as_uri()])
        height = re.search(r"<title>height (\d+)</title>", told)
        tall = min(int(height[1]), TALLEST) if height else 1123
        sized = [f"--window-size={WIDTH},{tall}", "--force-device-scale-factor=2", "--hide-scrollbars"]
        _run("--png", folder, [*sized, f"--screenshot={made}", source.as_uri()])
        _moved(made, target, "--png")


def _written(page: str, folder: str) -> Path:
    source = Path(folder) / "page.html"
    source.write_text(page, encoding="utf-8")
    return source


def _run(option: str, folder: str, more: list[str]) -> str:
    """Run the browser without a window or a network, on a profile of its own; what it wrote to stdout."""
    # Chromium refuses its sandbox to the superuser; the page is the program's own and loads nothing.
    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    command = [browser(option), "--headless", *as_root, "--disable-gpu", f"--user-data-dir={folder}/profile"]
    command += ["--no-first-run", "--disable-extensions", "--host-resolver-rules=MAP * ~NOTFOUND", *more]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=SECONDS, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise _failed(option, str(error)) from None
    return done.stdout


def _moved(made: Path, target: Path, option: str) -> None:
    if not made.exists():
        raise _failed(option, made.name)
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(made, draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _failed(option: str, reason: str) -> InputError:
    return InputError(coded("browser.failed", reason=reason), key=option, allowed=", ".join(NAMES))
