"""The style sheets of the public site, served as one file."""

import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

BUNDLE = "css/site.css"
# In this order: a later sheet may refine an earlier one. Readers do without booking.css.
NAMES = ["tokens", "base", "layout", "components", "content"]
PARTS = [f"css/{name}.css" for name in NAMES]


def without_comments(css: str) -> str:
    """The sheet less its comments, indentation and empty lines; compression does the rest."""
    lines = (line.strip() for line in re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL).splitlines())
    return "\n".join(line for line in lines if line)


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Joins the parts into one sheet before files are hashed and compressed."""

    def post_process(
        self, paths: dict[str, Any], *args: Any, dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        if not dry_run:
            paths[BUNDLE] = (self, self._write_bundle(paths))
        yield from super().post_process(paths, *args, dry_run=dry_run, **options)

    def _write_bundle(self, paths: dict[str, Any]) -> str:
        sheets = []
        for name in PARTS:
            if name in paths:
                storage, path = paths[name]
                with storage.open(path) as file:
                    sheets.append(without_comments(file.read().decode()))
        self.delete(BUNDLE)
        return str(self.save(BUNDLE, ContentFile("\n".join(sheets).encode() + b"\n")))
