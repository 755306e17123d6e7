"""Metadata for citation agree with the project file and name no person."""

import json
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
CODEMETA = json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))
ENTITY = "Lujiazui developers"


def test_versions_are_one():
    assert CITATION["version"] == CODEMETA["version"] == PROJECT["version"]


def test_names_and_descriptions_are_those_of_the_project():
    assert CITATION["title"].lower() == CODEMETA["name"].lower() == CODEMETA["identifier"] == PROJECT["name"]
    assert CITATION["abstract"] == CODEMETA["description"] == PROJECT["description"]
    assert CITATION["keywords"] == CODEMETA["keywords"]


def test_the_licence_of_our_own_code_is_the_first_of_the_project():
    own = PROJECT["license"].split(" AND ")[0]
    assert CITATION["license"] == own
    assert CODEMETA["license"] == f"https://spdx.org/licenses/{own}"


def test_the_author_is_the_entity_and_nobody_else():
    assert CITATION["authors"] == [{"name": ENTITY}]
    assert CODEMETA["author"] == [{"@type": "Organization", "name": ENTITY}]


def test_the_platform_is_the_one_that_the_project_needs():
    assert CODEMETA["runtimePlatform"] == f"Python {PROJECT['requires-python']}"
    assert (ROOT / CODEMETA["readme"]).is_file()


def test_the_form_has_what_version_1_2_of_the_format_demands():
    assert {"cff-version", "message", "title", "authors"} <= set(CITATION)
    assert CITATION["cff-version"] == "1.2.0" and CITATION["type"] == "software"
