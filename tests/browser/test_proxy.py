"""The app as others see it: behind the reverse proxy of docs/app.md, with TLS, a password and a path prefix."""

import re
import shutil
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.app.web.serving import free_port, served
from tests.browser.conftest import QUICK

NAME = "lujiazui.localhost"
"""A name that browsers take for this machine, and that the app does not know until it is told."""
USER, PASSWORD = "reader", "a long pass phrase"


def documented():
    """The block for nginx that docs/app.md gives."""
    text = (Path(__file__).parents[2] / "docs" / "app.md").read_text(encoding="utf-8")
    return re.search(r"^location /lujiazui/ \{.*?^\}", text, re.DOTALL | re.MULTILINE)[0]


@pytest.fixture(scope="module")
def proxied(tmp_path_factory):
    """Address of the app behind nginx."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    assert nginx, "this test needs nginx: apt-get install nginx-light"
    folder, port = tmp_path_factory.mktemp("proxy"), free_port()
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    subprocess.run([*made, "-keyout", folder / "key", "-out", folder / "certificate"], check=True, capture_output=True)
    hashed = subprocess.run(["openssl", "passwd", "-apr1", PASSWORD], check=True, capture_output=True, text=True)
    (folder / "users").write_text(f"{USER}:{hashed.stdout}", encoding="utf-8")
    with served("--root-path", "/lujiazui", "--public-host", NAME) as address:
        block = (
            documented().replace("127.0.0.1:8765", address).replace("/etc/nginx/lujiazui.htpasswd", f"{folder}/users")
        )
        assert address in block and f"{folder}/users" in block
        (folder / "nginx.conf").write_text(
            f"""
            daemon off; pid {folder}/pid; error_log {folder}/errors; user root;
            events {{ }}
            http {{
                access_log off;
                client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxied;
                fastcgi_temp_path {folder}/1; uwsgi_temp_path {folder}/2; scgi_temp_path {folder}/3;
                server {{
                    listen 127.0.0.1:{port} ssl;
                    ssl_certificate {folder}/certificate; ssl_certificate_key {folder}/key;
                    {block}
                }}
            }}
            """,
            encoding="utf-8",
        )
        with subprocess.Popen([nginx, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "errors"]) as process:
            try:
                while not (folder / "pid").exists():
                    assert process.poll() is None, (folder / "errors").read_text(encoding="utf-8")
                    time.sleep(0.1)
                yield f"https://{NAME}:{port}/lujiazui"
            finally:
                process.terminate()


@pytest.fixture
def others_page(browser, proxied):
    """A page of a reader with the password; no request may leave the prefix."""
    context = browser.new_context(ignore_https_errors=True, http_credentials={"username": USER, "password": PASSWORD})
    asked, sockets, errors = [], [], []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    astray = [url for url in (*asked, *sockets) if not url.startswith(("data:", "blob:", proxied, f"wss{proxied[5:]}"))]
    context.close()
    assert sockets and astray == [] and errors == []


def test_nobody_gets_in_without_the_password(proxied):
    port = urlsplit(proxied).port
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"https://127.0.0.1:{port}/lujiazui/", context=ssl._create_unverified_context())


def test_the_desk_answers_under_a_prefix(others_page, proxied):
    page = others_page
    page.goto(f"{proxied}/?{QUICK}")
    card = page.locator(".lj-card", has_text="Bonds held by foreigners")
    expect(card).to_be_visible()
    before = card.inner_text()
    lever = page.locator("#r-bond_market_access ~ input[type=number]")
    lever.fill("0.05")
    lever.press("Tab")
    expect(card).not_to_have_text(before)
    page.evaluate("window.loadedOnce = true")
    for name, heading in (("Compare", "Compare"), ("Sources", "Sources of all numbers")):
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
        assert page.evaluate("window.loadedOnce"), "a link loaded the whole app anew"
        assert urlsplit(page.url).path == f"/lujiazui/{name.lower()}"
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Compare")
    page.locator('[data-field="source"]').select_option("desk")
    expect(page.get_by_text("8 paired runs,").first).to_be_visible()
    page.go_forward()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sources of all numbers")
