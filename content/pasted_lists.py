"""Lists that a word processor made of paragraphs, each with its bullet or number as a text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from content.html_tree import Element, Node, text_of

WORDS_LEVEL = re.compile(r"mso-list\s*:\s*l\d+\s+level(\d)", re.IGNORECASE)
WORDS_MARKER = re.compile(r"mso-list\s*:\s*ignore", re.IGNORECASE)
# Word's own symbols are letters of special fonts, and a few from the private area.
BULLETS = "·•▪◦‣⁃●○■□➢✓\uf0b7\uf0a7\uf0d8\uf0fc"
LETTERS = "o§Øüv–-"  # bullets only with space behind them that nobody types
BY_TEXT = re.compile(
    rf"\s*(?:[{BULLETS}]\s*|[{LETTERS}](?:\u00a0[\s\u00a0]+|[\s\u00a0]+\u00a0)|"
    r"(?P<number>\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])(?:\u00a0[\s\u00a0]+|[\s\u00a0]+\u00a0|\t))"
)
NUMBER = re.compile(r"\(?(?:\d+|[a-z]|[ivxlc]+)[.)]", re.IGNORECASE)


@dataclass
class ListParagraph:
    """A paragraph that looks like an item: its words, without the bullet."""

    level: int
    is_numbered: bool
    content: list[Node] = field(default_factory=list)


def list_paragraph(element: Element) -> ListParagraph | None:
    style = element.attributes.get("style", "")
    level = WORDS_LEVEL.search(style)
    marker = next((part for part in element.descendants() if is_marker(part)), None)
    if marker is not None:
        number = bool(NUMBER.match(marker.text.strip()))
        content = without_element(element.children, marker)
        return ListParagraph(int(level[1]) if level else 1, number, content)
    found = BY_TEXT.match(text_of(element.children))
    if found and text_of(element.children)[found.end() :].strip():
        content = without_beginning(element.children, found.end())
        return ListParagraph(int(level[1]) if level else 1, bool(found["number"]), content)
    return None


def is_marker(element: Element) -> bool:
    return bool(WORDS_MARKER.search(element.attributes.get("style", "")))


def without_element(nodes: Sequence[Node], out: Element) -> list[Node]:
    kept: list[Node] = []
    for node in nodes:
        if isinstance(node, str):
            kept.append(node)
        elif node is not out:
            kept.append(Element(node.tag, node.attributes, without_element(node.children, out)))
    return kept


def without_beginning(nodes: Sequence[Node], letters: int) -> list[Node]:
    kept: list[Node] = []
    for node in nodes:
        length = len(text_of([node]))
        if isinstance(node, str):
            kept.append(node[letters:])
        else:
            content = without_beginning(node.children, letters)
            kept.append(Element(node.tag, node.attributes, content))
        letters = max(0, letters - length)
    return kept


def as_lists(nodes: Sequence[Node | ListParagraph]) -> list[Node]:
    """The same, with a list wherever such paragraphs follow one another."""
    found: list[Node] = []
    items: list[ListParagraph] = []
    between: list[Node] = []  # line breaks behind an item
    for node in nodes:
        if isinstance(node, ListParagraph):
            items.append(node)
            between = []
        elif items and isinstance(node, str):
            between.append(node)
        else:
            found += [*nested(items), *between, node]
            items, between = [], []
    return [*found, *nested(items), *between]


def nested(items: list[ListParagraph]) -> list[Node]:
    """Lists within lists, by the levels of the items."""
    roots: list[Node] = []
    open_lists: list[tuple[int, Element]] = []
    for item in items:
        while open_lists and open_lists[-1][0] > item.level:
            open_lists.pop()
        tag = "ol" if item.is_numbered else "ul"
        if open_lists and open_lists[-1][0] == item.level and open_lists[-1][1].tag != tag:
            open_lists.pop()
        if not open_lists or open_lists[-1][0] < item.level:
            made = Element(tag)
            if open_lists:
                above = open_lists[-1][1].children[-1]
                assert isinstance(above, Element)
                above.children.append(made)
            else:
                roots.append(made)
            open_lists.append((item.level, made))
        open_lists[-1][1].children.append(Element("li", {}, item.content))
    return roots
