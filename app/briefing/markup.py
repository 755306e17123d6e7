"""Pieces of a page as text: escaped content, tables, figures, lists."""

from collections.abc import Iterable, Sequence
from html import escape


def tag(name: str, *content: str, **attributes: str) -> str:
    """An element of HTML. Content is markup already; attributes are escaped."""
    written = "".join(f' {key.strip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>{''.join(content)}</{name}>"


def words(name: str, text: str, **attributes: str) -> str:
    """An element that holds plain text."""
    return tag(name, escape(text), **attributes)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], **attributes: str) -> str:
    """A table. Heads are plain text, cells are markup; the first cell of a row is its heading, if it is not empty.

    Each cell has the head of its column as an attribute: on a narrow screen the cells of a row stand below each other.
    """
    head = tag("tr", *(words("th", each, scope="col") if each else tag("td") for each in heads))
    body = "".join(
        tag("tr", _first(row[0]), *(_cell(name, cell) for name, cell in zip(heads[1:], row[1:], strict=True)))
        for row in rows
    )
    return tag("table", tag("thead", head), tag("tbody", body), **attributes)


def _cell(head: str, cell: str) -> str:
    return tag("td", cell, **({"data_head": head} if head else {}))


def _first(cell: str) -> str:
    return tag("th", cell, scope="row") if cell else tag("td")


def figure(title: str, subtitle: str, picture: str, caption: str = "") -> str:
    """A picture under its title and unit, over its caption."""
    head = tag("figcaption", words("b", title), " ", words("span", subtitle, _class="unit"))
    return tag("figure", head, picture, words("p", caption, _class="note") if caption else "")


def bullets(texts: Iterable[str], **attributes: str) -> str:
    """A list of sentences."""
    return tag("ul", *(words("li", each) for each in texts), **attributes)
