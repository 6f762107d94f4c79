"""Pictures as people upload them, made for a test."""

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def bytes_of(
    size: tuple[int, int] = (640, 400), kind: str = "JPEG", *, mode: str = "RGB", **options: Any
) -> bytes:
    """A picture that is dark on the left and light on the right."""
    image = Image.linear_gradient("L").rotate(90).resize(size).convert(mode)
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def an_upload(content: bytes | None = None, name: str = "IMG_0001.JPG") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, bytes_of() if content is None else content)
