"""Every check and every test, in order, with a table at the end: `make test`.

    python -m tests.run                       all of it
    python -m tests.run --only mypy           one step (give it several times for several)
    python -m tests.run --only sqlite -- -k cancel -x     the rest goes to pytest

REQUIRE_ALL=1 (or --require-all) makes a part that this machine lacks a failure; .ci/run sets it.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.chromium import chromium
from tests.postgres import NoPostgres, programs, temporary_postgres

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
BIN = Path(PYTHON).parent
PYTEST = [PYTHON, "-m", "pytest"]
MANAGE = [PYTHON, "-W", "error", "manage.py"]
# What must come from the tests, not from whoever runs them.
FOREIGN = (
    *("BACKUP_KEY", "DATA_DIR", "DATABASE_URL", "DEBUG", "DEFAULT_FROM_EMAIL", "EMAIL_URL"),
    "FIELD_KEYS",
    *("HOST", "LINK_KEY", "PORT", "SECRET_KEY", "SITE_URL", "TRUSTED_PROXIES"),
)
PACKAGES = {"postgresql": ["postgresql"], "chromium": ["chromium", "fonts-liberation"]}


@dataclass(frozen=True)
class Step:
    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()  # "postgresql" and "chromium" may be missing
    by_default: bool = True

    @property
    def is_pytest(self) -> bool:
        return self.command[: len(PYTEST)] == PYTEST


@dataclass
class Result:
    step: Step
    seconds: float
    outcome: str  # "ok", "failed" or "not run"
    remark: str = ""
    passed: int = 0
    failed: int = 0
    skipped: int = 0


def static_steps() -> list[Step]:
    production = {"SITE_URL": "https://clinic.example", "EMAIL_URL": "smtp://mail.clinic.example"}
    deploy = [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"]
    return [
        Step("ruff", [PYTHON, "-m", "ruff", "check", "."]),
        Step("format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
        Step("mypy", [PYTHON, "-m", "mypy"]),
        Step("djlint", [str(BIN / "djlint"), "templates", "--lint", "--quiet"]),
        Step("imports", [str(BIN / "lint-imports"), "--no-logo"]),
        Step("migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"]),
        Step("deploy", deploy, production),
        Step("translations", [*MANAGE, "translations", "--check"]),
    ]


def pytest_steps() -> list[Step]:
    suite = [*PYTEST, "-n", "2", "--dist", "loadfile", "-m", "not browser"]
    # Each of the two has a site of its own; whoever is done first takes from the other.
    browser = [*PYTEST, "-n", "2", "--dist", "worksteal", "tests/browser", "-m"]
    chromium, postgresql, both = ("chromium",), ("postgresql",), ("postgresql", "chromium")
    benchmarks = [*PYTEST, "tests/benchmarks", "--quiet"]
    faults = [*PYTEST, "tests/faults", "--quiet"]
    return [
        Step("sqlite", suite),
        # Links, sizes and valid HTML: of pages that every database gives alike.
        Step("postgresql", [*suite, "--ignore=tests/site"], needs=postgresql),
        Step("browser", [*browser, "not audit"], needs=chromium),
        # What a database can do differently is the booking; the pages are the same.
        Step("browser-postgresql", [*PYTEST, "tests/browser/test_main_thread.py"], needs=both),
        Step("audit", [*browser, "audit"], needs=chromium, by_default=False),
        Step("bench", benchmarks, needs=chromium, by_default=False),
        Step("bench-postgresql", benchmarks, needs=both, by_default=False),
        Step("faults", faults, by_default=False),
        Step("faults-postgresql", faults, needs=postgresql, by_default=False),
    ]


def chosen(steps: list[Step], only: list[str]) -> list[Step]:
    """The steps asked for; `bench` and `faults` mean both databases."""
    if not only:
        return [step for step in steps if step.by_default]
    wanted = [step for step in steps if step.name in only or step.name.split("-")[0] in only]
    unknown = set(only) - {step.name for step in steps}
    if unknown:
        names = ", ".join(step.name for step in steps)
        sys.exit(f"There is no step {', '.join(sorted(unknown))}. There are: {names}.")
    return wanted


def is_debian_root() -> bool:
    release = Path("/etc/os-release")
    return (
        os.geteuid() == 0
        and release.is_file()
        and "\nID=debian\n" in f"\n{release.read_text()}\n"
        and bool(shutil.which("apt-get"))
    )


def is_there(part: str) -> bool:
    if part == "chromium":
        return chromium() is not None
    try:
        programs()
    except NoPostgres:
        return False
    return True


def install(parts: list[str]) -> None:
    """Debian's packages for the parts, without a question; what fails is seen afterwards."""
    packages = [package for part in parts for package in PACKAGES[part]]
    print(f"Installing {' '.join(packages)}.", flush=True)
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
    ):
        subprocess.run(
            command,
            check=False,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )


def missing_parts(steps: list[Step]) -> set[str]:
    """What the steps need and this machine lacks, after having tried to install it."""
    needed = {part for step in steps for part in step.needs}
    missing = [part for part in sorted(needed) if not is_there(part)]
    if missing and is_debian_root():
        install(missing)
    return {part for part in missing if not is_there(part)}


@contextmanager
def installation() -> Iterator[dict[str, str]]:
    """An environment with a data folder and keys that nobody else uses."""
    folder = tempfile.mkdtemp(prefix="clinic-check-")
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    environment |= {"DATA_DIR": folder, "PYTHONPATH": str(ROOT)}
    try:
        subprocess.run([PYTHON, "-m", "clinic.keys"], env=environment, cwd=ROOT, check=True)
        yield environment
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(step: Step, environment: dict[str, str], arguments: list[str]) -> Result:
    print(f"\n=== {step.name}", flush=True)
    with ExitStack() as stack:
        started = time.monotonic()
        environment = environment | step.environment
        if "postgresql" in step.needs:
            environment["DATABASE_URL"] = stack.enter_context(temporary_postgres())
        report = Path(environment["DATA_DIR"]) / f"{step.name}.xml"
        extra = [f"--junit-xml={report}", *arguments] if step.is_pytest else []
        code = subprocess.run(
            [*step.command, *extra],
            check=False,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
        ).returncode
        result = Result(step, time.monotonic() - started, "failed" if code else "ok")
        if report.exists():
            count(result, report)
    print(f"--- {step.name}: {result.outcome}, {result.seconds:.1f} s", flush=True)
    return result


def count(result: Result, report: Path) -> None:
    """Add pytest's own figures."""
    # The file was written by pytest a moment ago; nobody else's XML is read.
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        figures = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors")}
        result.skipped += int(suite.get("skipped", 0))
        result.failed += figures["failures"] + figures["errors"]
        result.passed += figures["tests"]
    result.passed -= result.failed + result.skipped
    if not result.passed + result.failed:
        result.outcome, result.remark = "failed", "ran no test"


def summary(results: list[Result]) -> str:
    lines = ["", "step                 outcome   seconds  tests"]
    for result in results:
        tests = f"{result.passed + result.failed}" if result.step.is_pytest else ""
        lines.append(
            f"{result.step.name:<20} {result.outcome:<9} {result.seconds:>7.1f}  {tests:>5}"
            f"  {result.remark}".rstrip()
        )
    lines.append("")
    lines += [
        f"NOT RUN: {result.step.name}, because {result.remark}."
        for result in results
        if result.outcome == "not run"
    ]
    lines.append(totals(results))
    return "\n".join(lines)


def totals(results: list[Result]) -> str:
    """A check counts as one test, like a failure that no single test explains."""
    failed = passed = 0
    for result in results:
        failed += result.failed or result.outcome == "failed"
        passed += result.passed or (result.outcome == "ok" and not result.step.is_pytest)
    skipped = sum(result.skipped + (result.outcome == "not run") for result in results)
    return f"{passed} passed, {failed} failed, {skipped} skipped"


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", default=[], metavar="STEP")
    parser.add_argument(
        "--require-all", action="store_true", default=os.environ.get("REQUIRE_ALL") == "1"
    )
    parser.add_argument("pytest", nargs="*", help="after --, handed on to pytest")
    return parser.parse_args()


def main() -> int:
    # So that a server is stopped and folders are removed when this process is ended.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    given = options()
    steps = chosen([*static_steps(), *pytest_steps()], given.only)
    missing = missing_parts(steps)
    results = []
    with installation() as environment:
        for step in steps:
            lacking = [part for part in step.needs if part in missing]
            if lacking:
                outcome = "failed" if given.require_all else "not run"
                remark = f"{' and '.join(lacking)} is not installed here"
                results.append(Result(step, 0.0, outcome, remark))
            else:
                results.append(run(step, environment, given.pytest))
    print(summary(results))
    return any(result.outcome == "failed" for result in results)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
