"""The brief of the desk as a file that a browser of the server makes, and what is said where it has none."""

import base64

import pytest

from app.web import delivered as delivery
from app.web.delivered import delivered
from app.web.words import Words
from scenarios import InputError

PAGE = "<!doctype html><title>brief</title>"


def test_a_page_needs_no_browser_of_the_server(monkeypatch):
    monkeypatch.setattr("app.briefing.browser.shutil.which", lambda _: None)
    for way in ("html", "print"):
        assert delivered(PAGE, way, Words("en")) == {"content": PAGE, "told": ""}


@pytest.mark.parametrize(("language", "said"), [("en", "has no Chromium"), ("zh", "未安装 Chromium")])
@pytest.mark.parametrize("way", ["pdf", "png"])
def test_without_a_browser_on_the_server_the_user_is_told_to_print(monkeypatch, way, language, said):
    monkeypatch.setattr("app.briefing.browser.shutil.which", lambda _: None)
    answer = delivered(PAGE, way, Words(language))
    assert said in answer["told"] and answer["content"] == ""


def test_a_browser_that_fails_is_no_file_and_names_no_place_of_the_server(monkeypatch):
    def fails(_, target):
        raise InputError(f"could not write {target}", key="--pdf")

    monkeypatch.setattr(delivery, "browser", lambda _: "/usr/bin/chromium")
    monkeypatch.setattr(delivery, "DRAWN", {"pdf": fails})
    answer = delivered(PAGE, "pdf", Words("en"))
    assert answer["content"] == "" and "could not make this file" in answer["told"] and "/" not in answer["told"]


def test_what_the_browser_makes_comes_as_base64(monkeypatch):
    monkeypatch.setattr(delivery, "browser", lambda _: "/usr/bin/chromium")
    monkeypatch.setattr(delivery, "DRAWN", {"png": lambda page, target: target.write_bytes(page.encode())})
    assert base64.b64decode(delivered(PAGE, "png", Words("en"))["content"]).decode() == PAGE
