"""The words within a paragraph: what they say of bold, italic and links, and nothing of looks."""

import re
from collections.abc import Iterator
from itertools import groupby
from urllib.parse import parse_qs, urlsplit

from content.html_tree import Element, Node, text_of

INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")
SPACES = re.compile("[ \t\r\n\u00a0]{2,}")
BOLD = re.compile(r"(?:^|;)\s*font-weight\s*:\s*(bold|bolder|[6-9]00)\b")
NOT_BOLD = re.compile(r"(?:^|;)\s*font-weight\s*:\s*(normal|400)\b")
ITALIC = re.compile(r"(?:^|;)\s*font-style\s*:\s*italic\b")
NOT_ITALIC = re.compile(r"(?:^|;)\s*font-style\s*:\s*normal\b")
# Footnotes and bookmarks of the document that the text was taken from, and its author's disk.
DEAD_LINK = re.compile(r"#_|#h\.|file:|about:|javascript:", re.IGNORECASE)


def inline(nodes: list[Node]) -> list[Node]:
    """Words, bold, italic, links and line breaks: all else gives its words away."""
    found: list[Node] = []
    for node in nodes:
        if isinstance(node, str):
            found.append(INVISIBLE.sub("", node))
        elif node.tag == "br":
            found.append(Element("br"))
        else:
            found += styled(node)
    return merged(found)


def styled(element: Element) -> list[Node]:
    style = element.attributes.get("style", "").lower()
    words = inline(element.children)
    if not text_of(words).strip():
        return words if not any(isinstance(word, Element) for word in words) else breaks(words)
    if element.tag == "a" and (href := address(element)):
        kept = {name: v for name, v in element.attributes.items() if name in {"title", "rel"}}
        return [Element("a", {"href": href} | kept, words)]
    bold = element.tag in {"b", "strong"} and not NOT_BOLD.search(style)
    italic = element.tag in {"i", "em"} and not NOT_ITALIC.search(style)
    if italic or ITALIC.search(style):
        words = [Element("em", {}, words)]
    if bold or BOLD.search(style):
        words = [Element("strong", {}, words)]
    return words


def breaks(words: list[Node]) -> list[Node]:
    """What is left of an element without words."""
    return [word for word in words if isinstance(word, str) or word.tag == "br"]


def address(element: Element) -> str:
    """Where the link leads, without the detour over a search engine; "" where to nowhere."""
    href = element.attributes.get("href", "").strip()
    if not href or DEAD_LINK.match(href):
        return ""
    try:
        parts = urlsplit(href)
    except ValueError:
        return href  # the check of the links names it
    if parts.netloc.lower() in {"www.google.com", "google.com"} and parts.path == "/url":
        return next(iter(parse_qs(parts.query).get("q", [href])), href)
    return href


def merged(nodes: list[Node]) -> list[Node]:
    """Neighbours that are alike become one; bold within bold is bold once."""
    found: list[Node] = []
    for _kind, group in groupby(nodes, likeness):
        alike = list(group)
        first = alike[0]
        if isinstance(first, str):
            found.append(spaced("".join(part for part in alike if isinstance(part, str))))
        elif first.tag == "br":
            found += alike
        else:
            inner = [node for part in alike if isinstance(part, Element) for node in part.children]
            if first.tag in {"strong", "em"}:
                inner = list(without(inner, first.tag))
            found.append(Element(first.tag, first.attributes, merged(inner)))
    return [node for node in found if node]


def likeness(node: Node) -> str:
    return "" if isinstance(node, str) else f"{node.tag} {node.attributes}"


def spaced(text: str) -> str:
    """A non-breaking space between two words is meant; in a row of spaces no person put it."""
    return SPACES.sub(lambda row: " " if "\u00a0" in row[0] else row[0], text)


def without(nodes: list[Node], tag: str) -> Iterator[Node]:
    for node in nodes:
        if isinstance(node, Element) and node.tag == tag:
            yield from without(node.children, tag)
        else:
            yield node


def trimmed(nodes: list[Node]) -> list[Node]:
    """Without space or line breaks at either end."""
    found = list(nodes)
    for end in (0, -1):
        while found:
            node = found[end]
            if isinstance(node, str):
                node = node.lstrip() if end == 0 else node.rstrip()
                if node:
                    found[end] = node
                    break
            elif node.tag != "br":
                break
            found.pop(end)
    return found
