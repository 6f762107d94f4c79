"""The browser of the browser tests: the machine's own, never a downloaded one."""

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Nothing but the page under test may open a connection.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--no-pings",
]


def chromium() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)
