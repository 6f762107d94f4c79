"""docs/server.md lists every variable that the code reads, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
READ = re.compile(r"""(?:env\.\w+|environ\.get|required_key)\(\s*"([A-Z][A-Z_]+)\"""")


def test_every_variable_is_documented() -> None:
    sources = [*ROOT.glob("clinic/*.py"), *ROOT.glob("booking/**/*.py"), ROOT / "tests/run.py"]
    read = {name for path in sources for name in READ.findall(path.read_text())}
    table = (ROOT / "docs/server.md").read_text().split("## Every variable")[1]
    assert read == set(re.findall(r"^\| `([A-Z_]+)`", table, re.MULTILINE))
