"""The script that takes pictures of pages: one a page, size, language and theme, and sheets of them."""

import subprocess
import sys


def test_pictures_of_a_page_are_taken_and_put_on_sheets(server, tmp_path):
    options = ["--address", server, "--pages", "sources", "--sizes", "phone", "desktop", "--themes", "dark"]
    command = [sys.executable, "-P", "-m", "tests.browser.pictures", str(tmp_path), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    taken = {f"sources.{size}.{language}.dark.png" for size in ("phone", "desktop") for language in ("en", "zh")}
    assert {each.name for each in tmp_path.glob("*.png")} == taken
    assert {each.name.split(".")[1] for each in (tmp_path / "sheets").iterdir()} == {"phone", "desktop"}
    assert "too wide" not in done.stderr
