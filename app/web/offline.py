"""Solara on a closed network: every file that a page needs lies beside this one.

Solara reads its settings when it is imported, so `prepare` comes before that.
"""

import os
from pathlib import Path

ASSETS = Path(__file__).parent / "assets"
NOWHERE = "http://127.0.0.1:9/"
"""Where Solara looks for files that are not beside this one: an address without a server."""


def prepare() -> None:
    """Set options before the import of Solara: local files only, no statistics, sessions that end with their tab."""
    os.environ.update(
        {
            "SOLARA_APP": "app.web.pages",
            "SOLARA_MODE": "production",
            "SOLARA_ASSETS_PROXY": "true",
            "SOLARA_ASSETS_PROXY_CACHE_DIR": str(ASSETS / "cdn"),
            "SOLARA_ASSETS_CDN": NOWHERE,
            "SOLARA_ASSETS_FONTAWESOME_ENABLED": "false",
            "SOLARA_ASSETS_EXTRA_LOCATIONS": str(ASSETS / "static"),
            "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
            "SOLARA_KERNEL_CULL_TIMEOUT": os.environ.get("SOLARA_KERNEL_CULL_TIMEOUT", "10m"),
            "SOLARA_KERNEL_MAX_PER_SESSION": "20",
            "SOLARA_THEME_TITLE": "Lujiazui",
            "SOLARA_THEME_SHOW_BANNER": "false",
            "SOLARA_THEME_VARIANT": "light",
            "SOLARA_THEME_LOADER": "plain",
            "SOLARA_SESSION_HTTPS_ONLY": "false",
            "SOLARA_SESSION_SAME_SITE": "lax",
            "SOLARA_SESSION_HTTP_ONLY": "true",
        }
    )
