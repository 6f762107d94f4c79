"""The messages of a running site, as they lie in its data folder."""

import time
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

SECONDS_TO_ARRIVE = 60
BETWEEN_MESSAGES = b"\n" + b"-" * 79 + b"\n"


class Mailbox:
    """What has been sent to one address."""

    def __init__(self, data_dir: Path, address: str) -> None:
        self.folder = data_dir / "mail"
        self.address = address

    def messages(self) -> list[EmailMessage]:
        """In the order in which they were sent; one that is being written comes later."""
        files = sorted(self.folder.glob("*.log")) if self.folder.is_dir() else []
        texts = [text for file in files for text in file.read_bytes().split(BETWEEN_MESSAGES)[:-1]]
        parser = BytesParser(EmailMessage, policy=policy.default)
        found = [parser.parsebytes(text) for text in texts]
        return [message for message in found if self.address in str(message["To"])]

    def wait_for(self, words: str) -> EmailMessage:
        """The newest message with these words in its subject, as soon as it is there."""
        deadline = time.monotonic() + SECONDS_TO_ARRIVE
        while time.monotonic() < deadline:
            if found := [each for each in self.messages() if words in str(each["Subject"])]:
                return found[-1]
            time.sleep(0.1)
        subjects = [message["Subject"] for message in self.messages()]
        raise AssertionError(f"No “{words}” came to {self.address}, only {subjects}.")


def body(message: EmailMessage, kind: str) -> str:
    """The text of the message, “plain” or “html”."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def attachment(message: EmailMessage, content_type: str) -> bytes:
    [part] = [part for part in message.walk() if part.get_content_type() == content_type]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content
