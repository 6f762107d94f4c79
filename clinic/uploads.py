"""Files that a form sends: no more than a few pictures, whoever sends them and wherever to.

Django reads a form, and puts its files on the disk, before it knows who sent it.
"""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

MOST_BYTES = 48 * 1024 * 1024  # of all files of one form; one picture has 10 MB at most


class AtMost(FileUploadHandler):
    """Breaks off what is too much; what was sent until then is thrown away."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > MOST_BYTES:
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The handlers after this one make the file."""
