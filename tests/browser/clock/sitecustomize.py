"""Another hour for a site: the folder is on PYTHONPATH, and every process of the site reads it.

CLOCK_AHEAD says by how many seconds the clock is ahead.
"""

import os
from datetime import UTC, datetime, timedelta

import time_machine

if seconds := os.environ.get("CLOCK_AHEAD"):
    time_machine.travel(datetime.now(UTC) + timedelta(seconds=float(seconds)), tick=True).start()
