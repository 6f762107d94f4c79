"""What was pasted from a word processor, as if it had been written here.

Word, Outlook, Google Docs, LibreOffice and Pages put their own looks on the clipboard. Of those
remains what a text says: paragraphs, headings, lists, bold and italic, links and quotations. Bold
by style becomes bold, paragraphs that look like a list become one, tables become lists, since a
wide table is no use on a telephone. Nothing that carries words is dropped.

Prose that has none of this comes back unchanged, to the byte. It is no defence: the sanitizer of
the field comes after it.
"""

import re
from collections.abc import Iterator

from content.html_tree import Element, Node, parse, text_of, written
from content.pasted_lists import ListParagraph, as_lists, list_paragraph
from content.pasted_words import inline, merged, trimmed, without

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
BLOCKS = HEADINGS | {
    *("p", "div", "section", "article", "blockquote", "pre", "ul", "ol", "li", "dl", "dt", "dd"),
    *("table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "hr"),
}


def clean(html: str) -> str:
    nodes = parse(html)
    before = written(nodes)
    after = written(blocks(nodes))
    if after == before:
        return html
    return re.sub(r"[ \t\r\n]+", " ", after).strip()


def blocks(nodes: list[Node]) -> list[Node]:
    """Paragraphs, headings, lists and quotations, and nothing beside them but line breaks."""
    found: list[Node | ListParagraph] = []
    run: list[Node] = []
    for node in nodes:
        if isinstance(node, str) and not run and not node.strip(" \t\r\n"):
            found.append(node)
        elif isinstance(node, Element) and holds_blocks(node):
            found += paragraphs(run)
            run = []
            found += block(node)
        else:
            run.append(node)
    return as_lists([*found, *paragraphs(run)])


def holds_blocks(element: Element) -> bool:
    return element.tag in BLOCKS or any(part.tag in BLOCKS for part in element.descendants())


def block(element: Element) -> list[Node | ListParagraph]:
    if element.tag in HEADINGS:
        return list(heading(element))
    if element.tag in {"ul", "ol"}:
        return list(a_list(element))
    if element.tag == "table":
        return list(table(element))
    if element.tag == "hr":
        return []
    if any(part.tag in BLOCKS for part in element.descendants()):
        inner = blocks(element.children)
        quoted = element.tag == "blockquote" and text_of(inner).strip()
        return [Element("blockquote", {}, inner)] if quoted else list(inner)
    if element.tag == "blockquote":
        return [Element("blockquote", {}, inner)] if (inner := paragraphs(element.children)) else []
    found = list_paragraph(element)
    if found is None:
        return list(paragraphs(element.children))
    found.content = trimmed(inline(found.content))
    return [found]


def heading(element: Element) -> list[Node]:
    words = trimmed(inline(element.children))
    if len(words) == 1 and isinstance(words[0], Element) and words[0].tag == "strong":
        words = words[0].children  # a heading is bold already
    return [Element("h3", {}, words)] if text_of(words).strip() else []


def paragraphs(nodes: list[Node]) -> list[Node]:
    """One, or several where lines were left empty; none where there are no words."""
    parts: list[list[Node]] = [[]]
    words = inline(nodes)
    for number, node in enumerate(words):
        is_break = isinstance(node, Element) and node.tag == "br"
        following = words[number + 1] if number + 1 < len(words) else None
        doubled = is_break and isinstance(following, Element) and following.tag == "br"
        if doubled:
            parts.append([])
        else:
            parts[-1].append(node)
    found = [trimmed(part) for part in parts]
    return [Element("p", {}, part) for part in found if text_of(part).strip()]


def a_list(element: Element) -> list[Node]:
    """Its items; a list that stands between two of them belongs to the one above."""
    items: list[Node] = []
    for child in element.children:
        if isinstance(child, str):
            if child.strip():
                items.append(Element("li", {}, paragraphs([child])))
            else:
                items.append(child)
        elif child.tag in {"ul", "ol"}:
            above = next((i for i in reversed(items) if isinstance(i, Element)), None)
            inner = a_list(child)
            if above:
                above.children += inner
            else:
                items += [
                    item for made in inner if isinstance(made, Element) for item in made.children
                ]
        else:
            items += an_item(child)
    if not any(isinstance(item, Element) for item in items):
        return []
    plain = {"start": "1", "type": "1"}
    attributes = {
        name: value
        for name, value in element.attributes.items()
        if element.tag == "ol" and name in {"start", "type", "data-type"}
        if plain.get(name) != value
    }
    return [Element(element.tag, attributes, items)]


def an_item(element: Element) -> list[Node]:
    """With its paragraphs and lists; words that stand in it alone get no paragraph."""
    content: list[Node] = []
    run: list[Node] = []
    for child in element.children:
        if isinstance(child, Element) and holds_blocks(child):
            content += trimmed(inline(run))
            run = []
            content += as_lists(block(child))
        else:
            run.append(child)
    content += trimmed(inline(run)) if text_of(run).strip() else []
    return [Element("li", {}, content)] if text_of(content).strip() else []


def table(element: Element) -> list[Node]:
    """A list with an item for each row, whose cells say the head of their column."""
    parts = list(rows_of(element))
    above = [node for part in parts if part.tag == "caption" for node in blocks(part.children)]
    rows = [
        [cell for cell in row.children if isinstance(cell, Element) and cell.tag in {"td", "th"}]
        for row in parts
        if row.tag == "tr"
    ]
    rows = [row for row in rows if any(cell.text.strip() for cell in row)]
    if max(map(len, rows), default=0) < 2:  # a frame around something
        return above + [node for row in rows for cell in row for node in blocks(cell.children)]
    heads: list[str] = []
    if len(rows) > 1 and all(is_head(cell) for cell in rows[0]):
        heads = [" ".join(cell.text.split()) for cell in rows.pop(0)]
    return [*above, Element("ul", {}, [Element("li", {}, in_words(row, heads)) for row in rows])]


def rows_of(element: Element) -> Iterator[Element]:
    """Those of the table itself, and what is written above it; not those of a table in a cell."""
    for child in element.children:
        if isinstance(child, Element) and child.tag in {"tr", "caption"}:
            yield child
        elif isinstance(child, Element) and child.tag in {"thead", "tbody", "tfoot"}:
            yield from rows_of(child)


def is_head(cell: Element) -> bool:
    words = trimmed(inline(cell.children)) if not any(map(holds_blocks, cell.descendants())) else []
    words = words or next((p.children for p in blocks(cell.children) if isinstance(p, Element)), [])
    only = words[0] if len(words) == 1 else None
    return cell.tag == "th" or (isinstance(only, Element) and only.tag == "strong")


def in_words(row: list[Element], heads: list[str]) -> list[Node]:
    """A row as a line: the first cell, a colon, and the others with the heads of their columns."""
    said: list[Node] = []
    for number, cell in enumerate(row):
        words = trimmed(inline(flat(cell.children)))
        if not text_of(words).strip():
            continue
        head = heads[number] if number < len(heads) else ""
        if number == 0:
            said += [*without(words, "strong")] if not heads else [Element("strong", {}, words)]
            continue
        said.append("; " if number > 1 and said else ": " if said else "")
        said += [f"{head}: " if head and len(heads) > 2 else "", *words]
    return merged(said)


def flat(nodes: list[Node]) -> list[Node]:
    """The words of blocks, one after the other."""
    found: list[Node] = []
    for node in nodes:
        if isinstance(node, Element) and holds_blocks(node):
            found += [" ", *flat(node.children), " "]
        elif isinstance(node, Element) and node.tag == "br":
            found.append(" ")
        else:
            found.append(node)
    return found
