"""The glossary is followed: words that it replaces stand nowhere, and the app's Chinese is the glossary's."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
GLOSSARY = ROOT / "docs" / "glossary.md"
FOLDERS = ("agents", "app", "calibration", "docs", "scenarios", "sim", "tests")
PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
KINDS = {".py", ".md", ".toml", ".csv", ".yaml"}


def tables(columns):
    """Rows of the glossary's tables of so many columns, without heads."""
    rows = []
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and len(cells) == columns and cells[0] not in {"term", "word", "---"}:
            rows.append(cells)
    return rows


TERMS = {row[0]: row[1] for row in tables(5)}
REPLACED = {word: row[0] for row in tables(5) for word in re.findall(r"`([^`]+)`", row[4])}
EXCEPTIONS = [(row[0].strip("`"), row[1].strip("`")) for row in tables(3)]


def words_apart(text):
    """A text in small letters, names in it divided into words."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text).lower()


def pattern(word):
    if not word.isascii():
        return re.compile(re.escape(word))
    return re.compile(r"(?<![a-z])" + r"[\s_-]+".join(map(re.escape, word.lower().split())) + r"(?![a-z])")


def stands_in(word, text):
    """Whether a replaced word stands in a text, other than inside what the exceptions name."""
    for exempt, where in EXCEPTIONS:
        if exempt == word:
            text = text.replace(where, "")
    return bool(pattern(word).search(words_apart(text)))


def files():
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in KINDS and path != GLOSSARY:
                yield path
    for name in PAGES:
        yield ROOT / name


def read(path):
    """A file's name and text; the changes without names of code, since they say which name replaced which."""
    text = path.read_text(encoding="utf-8")
    if path.name == "CHANGELOG.md":
        text = re.sub(r"`[^`]*`", "", re.split(r"^## ", text, flags=re.MULTILINE)[1])
    return f"{path.relative_to(ROOT)}\n{text}".replace("`", "")


@pytest.fixture(scope="module")
def texts():
    found = {path: read(path) for path in files() if path != Path(__file__)}
    assert len(found) > 400
    return found


@pytest.mark.parametrize("word", REPLACED)
def test_a_replaced_word_stands_nowhere(word, texts):
    where = [str(path.relative_to(ROOT)) for path, text in texts.items() if stands_in(word, text)]
    assert not where, f"the glossary replaces {word!r} by {REPLACED[word]!r}"


@pytest.mark.parametrize(
    "text", ["with the same luck", "draws.luck", "new_luck_of(x)", "class BadLuck:", "Luck", "相同运气"]
)
def test_a_replaced_word_would_be_found(text):
    assert any(stands_in(word, text) for word in REPLACED)


@pytest.mark.parametrize("text", ["plucked", "lucky_number", "history_luck"])
def test_a_word_is_not_found_inside_another_or_where_it_is_excepted(text):
    assert not stands_in("luck", text)


@pytest.mark.parametrize(("word", "where"), EXCEPTIONS)
def test_every_exception_is_still_needed(word, where, texts):
    assert word in REPLACED
    assert any(where in text for text in texts.values())


def test_every_term_has_a_chinese_one_and_one_meaning_each():
    assert len(TERMS) == len(tables(5)) == len(set(TERMS.values())) > 25
    assert all(chinese and not chinese.isascii() for chinese in TERMS.values())
    assert all(row[2] and row[3] for row in tables(5))


def test_the_app_says_the_glossarys_chinese_for_a_term_that_stands_alone():
    entries = tomllib.loads((ROOT / "app" / "web" / "words.toml").read_text(encoding="utf-8"))
    said = [(english.lower(), chinese) for part in entries.values() for english, chinese in part.values()]
    checked = [(english, chinese) for english, chinese in said if english in TERMS]
    assert len({english for english, _ in checked}) > 4
    assert [pair for pair in checked if TERMS[pair[0]] != pair[1]] == []


ALWAYS = ("channel", "central point", "conditional replay", "intensity", "interaction", "parameter", "redline", "seed")
"""Terms whose English words have no other meaning in the app's texts and in the brief."""
SPOKEN = ("app/web/words.toml", "app/briefing/words.toml")


@pytest.mark.parametrize("term", ALWAYS)
def test_a_chinese_text_uses_the_term_that_its_english_uses(term):
    texts = [tomllib.loads((ROOT / path).read_text(encoding="utf-8")) for path in SPOKEN]
    problems = tomllib.loads((ROOT / "scenarios" / "texts" / "problems.toml").read_text(encoding="utf-8"))
    pairs = [tuple(text) for app in texts for part in app.values() for text in part.values()]
    pairs += [(text["en"], text["zh"]) for text in problems.values()]
    plural = re.compile(pattern(term).pattern.removesuffix(r"(?![a-z])") + r"s?(?![a-z])")
    used = [(en, zh) for en, zh in pairs if plural.search(re.sub(r"\{[^}]*\}", "", en).lower())]
    assert used
    assert [en for en, zh in used if TERMS[term] not in zh] == []
