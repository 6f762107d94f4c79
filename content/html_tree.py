"""HTML as a tree that can be taken apart and put together anew; only for what staff write."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

import nh3

DEEPEST = 40  # elements within elements; what is deeper keeps its words alone
VOID = {"br", "hr", "img", "col", "wbr"}
# All that word processors put on the clipboard; what is unknown is left out, its text is not.
TAGS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "section", "article", "blockquote", "pre"),
    *("ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tfoot", "tr", "th", "td"),
    *("caption", "a", "b", "strong", "i", "em", "span", "font", "br", "hr"),
}
ATTRIBUTES = {"class", "style", "href", "title", "rel", "start", "type", "data-type"}
_well_formed = nh3.Cleaner(
    tags=TAGS,
    attributes={"*": ATTRIBUTES},
    clean_content_tags={"script", "style", "title", "xml", "head", "noscript", "template"},
    link_rel=None,
)


@dataclass
class Element:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Node]" = field(default_factory=list)

    @property
    def text(self) -> str:
        return text_of(self.children)

    def descendants(self) -> "Iterator[Element]":
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.descendants()


type Node = Element | str


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("")]
        self.too_deep = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if len(self.open) > DEEPEST and tag not in VOID:
            self.too_deep += 1
            return
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if self.too_deep:
            self.too_deep -= 1
        elif len(self.open) > 1 and tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse(html: str) -> list[Node]:
    """The nodes of a text; nh3, which reads as a browser does, closes what was left open."""
    builder = _Builder()
    builder.feed(_well_formed.clean(html))
    builder.close()
    return builder.open[0].children


def text_of(nodes: list[Node]) -> str:
    return "".join(node if isinstance(node, str) else node.text for node in nodes)


def written(nodes: list[Node]) -> str:
    """The nodes as HTML, spelled as nh3 and browsers spell it."""
    return "".join(_written(node) for node in nodes)


def _written(node: Node) -> str:
    if isinstance(node, str):
        return escape(node, quote=False).replace("\u00a0", "&nbsp;")
    attributes = "".join(
        f' {name}="{escape(value).replace("&#x27;", chr(39))}"'
        for name, value in node.attributes.items()
    )
    if node.tag in VOID:
        return f"<{node.tag}{attributes}>"
    return f"<{node.tag}{attributes}>{written(node.children)}</{node.tag}>"
