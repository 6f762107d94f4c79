"""The seal around a backup: whole and unchanged, or refused in one sentence."""

import io
import os
import re
from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from clinic import sealing
from clinic.sealing import HEADER, TAG, BackupError, Opener, Sealer, key_from

KEY = bytes(range(32))
SHORT = 64  # bytes in a chunk, so that a few make a file
TEXT = os.urandom(3 * SHORT + 10)


@pytest.fixture(autouse=True, scope="module")
def _short_chunks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(sealing, "CHUNK", SHORT)
        yield


def sealed(*writes: bytes, key: bytes = KEY) -> bytes:
    file = io.BytesIO()
    sealer = Sealer(file, key)
    for text in writes:
        sealer.write(text)
    sealer.finish()
    return file.getvalue()


def opened(data: bytes, key: bytes = KEY) -> bytes:
    return Opener(io.BytesIO(data), key).readall() or b""


def refusal(data: bytes, key: bytes = KEY) -> str:
    with pytest.raises(BackupError) as caught:
        opened(data, key)
    return str(caught.value)


@given(st.lists(st.binary(max_size=3 * SHORT), max_size=5))
def test_what_was_written_in_any_pieces_is_read_again(writes: list[bytes]) -> None:
    assert opened(sealed(*writes)) == b"".join(writes)


@pytest.mark.parametrize("size", [0, 1, SHORT - 1, SHORT, SHORT + 1, 2 * SHORT])
def test_around_the_ends_of_chunks(size: int) -> None:
    assert opened(sealed(TEXT[:size])) == TEXT[:size]


def test_nothing_of_the_text_and_nothing_twice_is_in_the_file() -> None:
    text = b"Ada Example " * 20
    assert b"Ada" not in sealed(text)
    assert sealed(text) != sealed(text)


@pytest.mark.parametrize("bit", [1, 128])
def test_a_bit_flipped_anywhere_is_found(bit: int) -> None:
    data = sealed(TEXT)
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= bit
        said = refusal(bytes(changed))
        if place >= HEADER:
            assert said == "This backup is damaged or cut off.", place


def test_cut_off_anywhere_is_found() -> None:
    data = sealed(TEXT)
    for length in range(HEADER, len(data)):
        assert refusal(data[:length]) == "This backup is damaged or cut off.", length
    for length in range(len(sealing.MAGIC), HEADER):
        assert refusal(data[:length]) == "This backup is damaged or cut off.", length


def test_a_file_that_was_never_finished_is_one_that_was_cut_off() -> None:
    file = io.BytesIO()
    Sealer(file, KEY).write(TEXT)
    assert "cut off" in refusal(file.getvalue())


def test_something_more_at_the_end_is_found() -> None:
    data = sealed(TEXT)
    for more in (b"x", data[HEADER:], sealed(TEXT)):
        assert "damaged" in refusal(data + more)


def test_chunks_keep_their_order_and_their_file() -> None:
    data, other = sealed(TEXT), sealed(TEXT)
    size = SHORT + TAG
    first, second = data[HEADER : HEADER + size], data[HEADER + size : HEADER + 2 * size]
    rest = data[HEADER + 2 * size :]
    for changed in (
        data[:HEADER] + second + first + rest,
        data[:HEADER] + first + rest,
        data[:HEADER] + first + first + rest,
        data[:HEADER] + other[HEADER:],
    ):
        assert "damaged" in refusal(changed)


def test_what_is_read_before_a_flaw_is_the_text_itself() -> None:
    data = bytearray(sealed(TEXT))
    data[-1] ^= 1
    opener = Opener(io.BytesIO(bytes(data)), KEY)
    assert opener.read(SHORT) == TEXT[:SHORT]


def test_another_key() -> None:
    assert refusal(sealed(TEXT), bytes(32)).startswith("BACKUP_KEY does not open this backup")


@pytest.mark.parametrize("data", [b"", b"hello", b"SQLite format 3\0" * 20])
def test_another_file(data: bytes) -> None:
    assert refusal(data) == "This file is not a backup of this site."


def test_a_later_format() -> None:
    data = bytearray(sealed(TEXT))
    data[len(sealing.MAGIC)] += 1
    assert "newer version" in refusal(bytes(data))


def test_the_key_is_written_like_the_others() -> None:
    assert len(key_from(f" {Fernet.generate_key().decode()}\n")) == 32


@pytest.mark.parametrize("text", ["", " ", "secret", "é" * 44, "A" * 40])
def test_no_key_says_how_to_get_one(text: str) -> None:
    with pytest.raises(BackupError, match=r"^BACKUP_KEY is not .*clinic\.keys"):
        key_from(text)
    if text.strip():
        with pytest.raises(BackupError, match=f"^(?!.*{re.escape(text)})"):
            key_from(text)
