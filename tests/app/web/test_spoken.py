"""The page before the app is there, and after the server is gone, is in the app's own words."""

from importlib import resources

import pytest

from app.web import offline
from app.web.spoken import SPOKEN, both_languages, in_own_words

FOLDER = resources.files("solara.server") / "templates"


@pytest.fixture(scope="module")
def template():
    return "".join((FOLDER / name).read_text(encoding="utf-8") for name in ("solara.html.j2", "loader-plain.html"))


@pytest.mark.parametrize("text", SPOKEN)
def test_solaras_page_has_each_text_that_is_replaced(template, text):
    assert text in template
    assert text not in in_own_words(template)


def test_the_page_speaks_both_languages_and_names_no_other_maker(template):
    made = in_own_words(template)
    for key in ("app.loading", "app.disconnected", "app.reload", "app.reload_now"):
        assert both_languages(key) in made
    assert "请重新加载" in made and "Server\n" not in made and "Made with Solara" not in made
    assert '<html lang="en">' in made and "prefers-color-scheme: dark" in made


def test_the_loader_is_the_plain_one(monkeypatch):
    monkeypatch.setattr(offline.os, "environ", {})
    offline.prepare()
    assert offline.os.environ["SOLARA_THEME_LOADER"] == "plain"
