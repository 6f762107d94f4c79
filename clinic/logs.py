"""What must not reach a log: a patient's link opens their appointment."""

import logging
import re

LINK = re.compile(r"(/appointment/)[^/\s\"'?]+")


class HideLinks(logging.Filter):
    """Replace the token of every patient's link, in the message and in its arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = LINK.sub(r"\1…", record.getMessage())
        record.args = None
        return True
