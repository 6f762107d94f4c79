"""What must not reach a log: a patient's link, the address of a calendar feed, a staff link, and
what somebody looked for.
"""

import logging
import re
from typing import Any

from gunicorn.glogging import Logger

LINK = re.compile(r"(/(?:appointment|calendar|admin/password)/)[^/\s\"'?]+")
QUESTION = re.compile(r"(/search/?\?).*?(?=\sHTTP/|$)", re.MULTILINE)


class HideLinks(logging.Filter):
    """Replace the token of every link, and every question, in the message and its arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = QUESTION.sub(r"\1…", LINK.sub(r"\1…", record.getMessage()))
        record.args = None
        return True


class OneLineRefusals(logging.Filter):
    """Where somebody may not go is no mistake of the site: its line says all, and no traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "django.request" and record.levelno < logging.ERROR:
            record.exc_info = record.exc_text = None
        return True


class WebServerLogger(Logger):
    """gunicorn's own log of errors, which names the address that was asked for."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.addFilter(HideLinks())
