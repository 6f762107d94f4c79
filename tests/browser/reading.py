"""What a screen reader reads out: the tree that the browser hands to it, line by line."""

from typing import Any

from playwright.sync_api import Page

SPOKEN = ("heading", "link", "button", "textbox", "checkbox", "radio", "combobox", "group", "alert")
STATES = ("checked", "invalid")


def read_out(page: Page) -> list[str]:
    """Headings, groups and controls of the page's main part, each with its role, its name, its
    level or state, and what is said of it besides: “textbox: E-mail, invalid (Enter …)”.
    """
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    by_id = {node["nodeId"]: node for node in nodes}
    main = next(node for node in nodes if role_of(node) == "main")
    return [line for node in below(main, by_id) if (line := spoken(node))]


def below(node: dict[str, Any], by_id: dict[str, Any]) -> list[dict[str, Any]]:
    """The node and all that it holds, in the order in which it is read."""
    found = [node]
    for child in node.get("childIds", []):
        found += below(by_id[child], by_id) if child in by_id else []
    return found


def role_of(node: dict[str, Any]) -> str:
    return str(node.get("role", {}).get("value", ""))


def spoken(node: dict[str, Any]) -> str:
    role = role_of(node)
    if node.get("ignored") or role not in SPOKEN:
        return ""
    states = {each["name"]: each["value"].get("value") for each in node.get("properties", [])}
    level = f" {states['level']}" if "level" in states else ""
    name = " ".join(str(node.get("name", {}).get("value", "")).split())
    said = "".join(f", {state}" for state in STATES if states.get(state) in {"true", True})
    more = " ".join(str(node.get("description", {}).get("value", "")).split())
    return f"{role}{level}: {name}{said}" + (f" ({more})" if more else "")
