"""An encrypted stream: whoever lacks the key reads nothing, and nobody changes or shortens it.

    header   b"CLINICBK", one byte of format (1), 32 random bytes, 16 bytes that tell a wrong key
    chunks   65,536 bytes of text each, the last one shorter, with 16 bytes of tag after each

Key and check come from BACKUP_KEY (32 bytes) and the random bytes by HKDF-SHA256, so every file
has a key of its own. A chunk is sealed by ChaCha20-Poly1305; its nonce is its number, and its
associated data are the header, the number and whether it is the last. A chunk that is changed,
moved, left out or put in from elsewhere does not open; nor does the last one of a file that was
cut off, since it does not say that it is the last. Nothing is handed on before it was checked.
"""

import base64
import binascii
import hmac
import io
import os
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAGIC = b"CLINICBK"
FORMAT = 1
SALT, CHECK, TAG = 32, 16, 16
HEADER = len(MAGIC) + 1 + SALT + CHECK
CHUNK = 65_536


class BackupError(Exception):
    """One sentence that says what stands in the way of a backup or of its return."""


class Damaged(BackupError):
    def __init__(self) -> None:
        super().__init__("This backup is damaged or cut off.")


def key_from(text: str) -> bytes:
    """The 32 bytes of a BACKUP_KEY, which is written like the keys of FIELD_KEYS."""
    try:
        key = base64.b64decode(text.strip().encode(), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        key = b""
    if len(key) != 32:
        said = "is not a key" if text.strip() else "is not set"
        raise BackupError(
            f"BACKUP_KEY {said}: `python -m clinic.keys` makes one, and docs/server.md says where "
            "it belongs."
        )
    return key


def _derive(key: bytes, salt: bytes) -> tuple[ChaCha20Poly1305, bytes]:
    derived = HKDF(SHA256(), length=32 + CHECK, salt=salt, info=b"clinic backup 1").derive(key)
    return ChaCha20Poly1305(derived[:32]), derived[32:]


class _Chunks:
    """What sealing and opening have in common: the cipher, the header, the number."""

    def __init__(self, cipher: ChaCha20Poly1305, header: bytes) -> None:
        self.cipher = cipher
        self.header = header
        self.number = 0

    def next(self, is_last: bool) -> tuple[bytes, bytes]:
        """The nonce and the associated data of the next chunk."""
        nonce = self.number.to_bytes(12)
        self.number += 1
        return nonce, self.header + nonce + bytes([is_last])


class Sealer:
    """Writes sealed chunks; without `finish` the file stays one that was cut off."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        salt = os.urandom(SALT)
        cipher, check = _derive(key, salt)
        self._chunks = _Chunks(cipher, MAGIC + bytes([FORMAT]) + salt + check)
        self._file = file
        self._rest = bytearray()
        file.write(self._chunks.header)

    def write(self, data: bytes) -> int:
        self._rest += data
        # A full chunk waits until it is known not to be the last.
        while len(self._rest) > CHUNK:
            self._seal(bytes(self._rest[:CHUNK]), is_last=False)
            del self._rest[:CHUNK]
        return len(data)

    def flush(self) -> None:
        """What waits for the rest of its chunk goes on waiting."""

    def finish(self) -> None:
        self._seal(bytes(self._rest), is_last=True)
        self._rest.clear()

    def _seal(self, text: bytes, *, is_last: bool) -> None:
        nonce, associated = self._chunks.next(is_last)
        self._file.write(self._chunks.cipher.encrypt(nonce, text, associated))


class Opener(io.RawIOBase):
    """Reads what a Sealer wrote; raises a BackupError in its words at the first doubt."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        header = file.read(HEADER)
        if not header.startswith(MAGIC):
            raise BackupError("This file is not a backup of this site.")
        if len(header) < HEADER:
            raise Damaged
        if header[len(MAGIC)] != FORMAT:
            raise BackupError(
                "This backup was made by a newer version of the site, or its beginning is damaged."
            )
        cipher, check = _derive(key, header[len(MAGIC) + 1 : -CHECK])
        if not hmac.compare_digest(check, header[-CHECK:]):
            raise BackupError(
                "BACKUP_KEY does not open this backup: it was made with another one, "
                "or its beginning is damaged."
            )
        self._chunks = _Chunks(cipher, header)
        self._file = file
        self._coming = file.read(CHUNK + TAG)
        self._open = b""
        self._is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        place = memoryview(buffer).cast("B")
        while not self._open and not self._is_over:
            self._open = self._next()
        size = min(len(place), len(self._open))
        place[:size] = self._open[:size]
        self._open = self._open[size:]
        return size

    def _next(self) -> bytes:
        sealed, self._coming = self._coming, self._file.read(CHUNK + TAG)
        self._is_over = not self._coming
        nonce, associated = self._chunks.next(self._is_over)
        try:
            return self._chunks.cipher.decrypt(nonce, sealed, associated)
        except InvalidTag:
            raise Damaged from None
