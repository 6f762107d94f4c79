"""Code run inside a running site, with its models: by one program beside it, started once.

A management command for every question would take longer than most tests. Asked in lines of
JSON, the program answers in lines of JSON.
"""

import json
import subprocess
import sys
import traceback
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class Inside:
    """The end of the tests."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.program: subprocess.Popen[str] | None = None

    def run(self, code: str) -> str:
        """What the code printed."""
        program = self.program = self.program or subprocess.Popen(
            [sys.executable, "-m", "tests.browser.inside"],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert program.stdin
        assert program.stdout
        program.stdin.write(json.dumps(code) + "\n")
        program.stdin.flush()
        answer = json.loads(program.stdout.readline() or '{"wrong": "it has ended"}')
        assert "wrong" not in answer, f"inside the site: {answer['wrong']}\n{code}"
        return str(answer["printed"])

    def close(self) -> None:
        if self.program:
            self.program.communicate(timeout=30)  # which closes its input: it ends


def answer_to(code: str) -> dict[str, str]:
    printed = StringIO()
    try:
        with redirect_stdout(printed):
            exec(compile(code, "inside", "exec"), {})
    except Exception:
        return {"wrong": traceback.format_exc()}
    return {"printed": printed.getvalue().strip()}


def main() -> None:
    import django

    django.setup()
    from django.db import connection

    for line in sys.stdin:
        answer = answer_to(json.loads(line))
        connection.close()  # each sees what the site has written meanwhile, and holds nothing
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
