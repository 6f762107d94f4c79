"""How long a start takes, and what a public page weighs."""

import gzip
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

from tests.benchmarks.conftest import Measured
from tests.browser.site import ROOT, Site, announcement, running_site

pytestmark = pytest.mark.race  # in real time


def test_first_and_second_start(measured: Measured) -> None:
    started = time.monotonic()
    with running_site() as site:
        measured("First start, packages installed", time.monotonic() - started, "s")
        site.process.send_signal(signal.SIGINT)
        site.process.wait(timeout=30)
        log = site.data_dir / "second.log"
        started = time.monotonic()
        with log.open("w") as output:
            again = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=ROOT,
                env=site.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        announcement(again, log)
        measured("Second start", time.monotonic() - started, "s", at_most=5)
        again.terminate()
        again.wait(timeout=30)


def compressed_size(url: str) -> int:
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as answer:
        body = bytes(answer.read())
        return len(body if answer.headers["Content-Encoding"] == "gzip" else gzip.compress(body))


def test_weights(site: Site, measured: Measured) -> None:
    [sheet] = (site.data_dir / "static/css").glob("site.????????????.css")
    style = compressed_size(f"{site.url}/static/css/{sheet.name}")
    measured("Style sheet of the public site, compressed", style / 1024, "KB", at_most=8)
    for path in ("/", "/articles/pressure-points-upper-back-pain/", "/team/", "/book/"):
        page = compressed_size(site.url + path)
        measured(f"{path} with its style sheet", (page + style) / 1024, "KB", at_most=20)
