"""What a browser shows before the app is there and after the server is gone: the app's own words in both languages."""

from typing import Any

from app.web.words import LANGUAGES, Words

SPOKEN = {
    "Loading resources": "app.loading",
    "{{ loading_text }}": "app.loading",
    "Server\n                disconnected.": "app.disconnected",
    "Restoring session…": "app.restoring",
    "Could not restore session. Please refresh the page.": "app.reload",
    "App is disconnected, and may not function properly. Please refresh the page.": "app.reload",
    "Please refresh the page</v-card-title>": "app.reload_title",
    "Could not restore session. Please refresh.": "app.reload",
    "Refresh now": "app.reload_now",
    "Cancel\n                    </v-btn>": "app.reload_later",
}
"""Texts of Solara's page by the app's own; what follows a text in Solara's page is kept."""
DARK = """<style>@media (prefers-color-scheme: dark) {
body { background: #121212; } #loader-container .v-card { background: #1e1e1e; color: #e8e8e8; }
}</style>
</head>"""
"""Colours of the page that waits for the app, whose own come with it."""
KEPT_AFTER = ("</v-card-title>", "\n                    </v-btn>")


def both_languages(key: str) -> str:
    """A text of the app in both languages, for a page that knows neither yet."""
    return " · ".join(Words(language)(key) for language in LANGUAGES)


def in_own_words(html: str) -> str:
    """Solara's page with the app's own texts."""
    for text, key in SPOKEN.items():
        rest = next((each for each in KEPT_AFTER if text.endswith(each)), "")
        html = html.replace(text, both_languages(key) + rest)
    return html.replace("<html>", '<html lang="en">', 1).replace("</head>", DARK, 1)


def speak() -> None:
    """Let Solara serve its page in the app's own words."""
    import solara.server.server as pages

    made = pages.read_root

    def read_root(*asked: Any, **named: Any) -> str | None:
        html = made(*asked, **named)
        return None if html is None else in_own_words(html)

    vars(pages)["read_root"] = read_root
