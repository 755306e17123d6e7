"""Settings of the site of documents, which `python .ci/documents.py` builds without a network."""

import tomllib
from pathlib import Path

_project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = "Lujiazui"
author = "Lujiazui developers"
copyright = author
version = release = _project["version"]

extensions = ["myst_nb"]
nb_execution_mode = "off"  # pages show what a notebook's file keeps; docs/notebooks/renew.py runs it anew
myst_heading_anchors = 3
exclude_patterns = ["forecasts/*.json"]
html_theme = "alabaster"
html_theme_options = {"description": _project["description"], "page_width": "72rem", "sidebar_width": "15rem"}
html_sidebars = {"**": ["about.html", "searchfield.html", "navigation.html"]}
html_copy_source = False
