"""The line between the site and PostgreSQL: cut, and mended again."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict

from tests.browser.site import free_port


class Line:
    """A small TCP proxy on the loopback, in front of the server's socket or address."""

    def __init__(self, database: str) -> None:
        known = conninfo_to_dict(database)
        self.host, self.server_port = str(known.get("host", "")), int(known.get("port") or 5432)
        self.port = free_port()
        user = known.get("user", "")
        secret = f":{known['password']}" if "password" in known else ""
        name = urlsplit(database).path
        self.url = f"postgres://{user}{secret}@127.0.0.1:{self.port}{name}"
        self.sockets: set[socket.socket] = set()
        self.mend()

    def mend(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def cut(self) -> None:
        """Nobody gets through any more, and who was through is cut off."""
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for end in list(self.sockets):
            hang_up(end)

    def accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = listener.accept()
                far = self.connect()
                self.sockets |= {near, far}
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=self.pump, args=ends, daemon=True).start()

    def connect(self) -> socket.socket:
        if not self.host.startswith("/"):
            return socket.create_connection((self.host or "127.0.0.1", self.server_port))
        far = socket.socket(socket.AF_UNIX)
        far.connect(str(Path(self.host) / f".s.PGSQL.{self.server_port}"))
        return far

    def pump(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        for end in (one, other):
            hang_up(end)
            self.sockets.discard(end)


def hang_up(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def line_to(database: str) -> Iterator[Line]:
    line = Line(database)
    try:
        yield line
    finally:
        line.cut()
