"""Message catalogs without a system package: Babel reads the marked texts and writes them.

Only what patients and readers see is taken: the admin is in English.
"""

import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

BASE_DIR = Path(__file__).resolve().parent.parent
SOURCES = ("booking/**/*.py", "clinic/**/*.py", "content/**/*.py", "templates/**/*.*")
SKIPPED = (
    "*/admin*.py",
    "*/management/*",
    "*/migrations/*",
    "booking/desk/*",
    "clinic/settings.py",
    "templates/admin/*",
)
# The places of the message, its plural and its context among a function's arguments.
ONE, PLURAL = None, (1, 2)
IN_CONTEXT, PLURAL_IN_CONTEXT = ((1, "c"), 2), ((1, "c"), 2, 3)
KEYWORDS = {
    name + suffix: places
    for name, places in {
        "gettext": ONE,
        "ngettext": PLURAL,
        "pgettext": IN_CONTEXT,
        "npgettext": PLURAL_IN_CONTEXT,
    }.items()
    for suffix in ("", "_lazy")
} | {"_": ONE, "gettext_noop": ONE}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
HEADER = 'msgid ""\nmsgstr ""\n{fields}\n'
HEADER_FIELDS = {
    "Project-Id-Version": "clinic",
    "Language": "{locale}",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals={catalog.num_plurals}; plural={catalog.plural_expr};",
}


def po_file(locale: str, base: Path = BASE_DIR) -> Path:
    return base / "locale" / locale / "LC_MESSAGES" / "django.po"


def locales(base: Path = BASE_DIR) -> list[str]:
    """The languages there is a folder for; that of English has only words of Django's own."""
    return sorted(folder.parent.name for folder in base.glob("locale/*/LC_MESSAGES"))


def source_files(base: Path) -> Iterator[tuple[Path, str]]:
    """Every file that may hold marked texts, with its name from the project's folder on."""
    for pattern in SOURCES:
        for path in sorted(base.glob(pattern)):
            name = path.relative_to(base).as_posix()
            if not any(fnmatch(name, skipped) for skipped in SKIPPED):
                yield path, name


def as_python(path: Path, name: str) -> bytes:
    """What Babel can read: Python as it is, templates with their tags turned into calls."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text.encode()
    # Indentation means nothing in a template, but Python's tokenizer would stumble over it.
    return "\n".join(line.strip() for line in templatize(text, name).splitlines()).encode()


def marked_texts(base: Path = BASE_DIR) -> Catalog:
    """A catalog of all texts in the sources, untranslated, in the order of the files."""
    catalog = Catalog()
    for path, name in source_files(base):
        try:
            found = list(extract("python", BytesIO(as_python(path, name)), KEYWORDS))
        except Exception as error:
            error.add_note(f"while reading the texts of {name}")
            raise
        for _line, message, _comments, context in found:
            catalog.add(message, locations=[(name, 0)], context=context)
    return catalog


def read_catalog(path: Path, locale: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=locale, header_comment="")
    with path.open("rb") as file:
        return read_po(file, locale=locale, abort_invalid=True)


def messages(catalog: Catalog) -> list[Message]:
    """The catalog's texts; its header is a message with an empty id."""
    return [message for message in catalog if message.id]


def is_plural(message: Message) -> bool:
    return isinstance(message.id, tuple)


def merged(sources: Catalog, translated: Catalog, locale: str) -> Catalog:
    """The texts of the sources with the translations there are; no guessing, nothing obsolete."""
    catalog = Catalog(locale=locale, header_comment=translated.header_comment)
    for message in messages(sources):
        known = translated.get(message.id, message.context)
        keep = known if known and is_plural(known) == is_plural(message) else None
        catalog.add(
            message.id,
            keep.string if keep else None,
            locations=message.locations,
            user_comments=known.user_comments if known else (),
            flags=["fuzzy"] if known and known.fuzzy else [],
            context=message.context,
        )
    return catalog


def write_file(path: Path, content: bytes) -> None:
    """All or nothing: a server may be reading the old file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    Path(temporary).chmod(0o644)
    Path(temporary).replace(path)


def po_text(catalog: Catalog, locale: str) -> str:
    """The catalog as a file that only changes when a text does: no dates, no line numbers."""
    body = BytesIO()
    write_po(body, catalog, width=100, omit_header=True, include_lineno=False)
    fields = "\n".join(
        f'"{name}: {value.format(locale=locale, catalog=catalog)}\\n"'
        for name, value in HEADER_FIELDS.items()
    )
    comment = f"{catalog.header_comment}\n" if catalog.header_comment else ""
    return comment + HEADER.format(fields=fields) + "\n" + body.getvalue().decode()


def update(locale: str, base: Path = BASE_DIR) -> bool:
    """Bring the catalog to the texts of the sources; was there anything to change?"""
    path = po_file(locale, base)
    text = po_text(merged(marked_texts(base), read_catalog(path, locale), locale), locale)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    write_file(path, text.encode())
    return True


def compile_outdated(locale: str, base: Path = BASE_DIR) -> bool:
    """Write the binary catalog that Django reads, unless it is newer than its source."""
    source = po_file(locale, base)
    target = source.with_suffix(".mo")
    if not source.exists():
        return False
    if target.exists() and target.stat().st_mtime_ns > source.stat().st_mtime_ns:
        return False
    binary = BytesIO()
    write_mo(binary, read_catalog(source, locale))
    write_file(target, binary.getvalue())
    return True


def compile_all(base: Path = BASE_DIR) -> None:
    for locale in locales(base):
        compile_outdated(locale, base)


def strings(value: str | Iterable[str] | None) -> list[str]:
    return [value or ""] if value is None or isinstance(value, str) else list(value)


def placeholders_differ(message: Message) -> bool:
    """Does some form of the translation use what no form of the text offers, or miss it?"""
    offered = [set(PLACEHOLDER.findall(text)) for text in strings(message.id)]
    used = [set(PLACEHOLDER.findall(text)) for text in strings(message.string)]
    return any(form not in offered for form in used)


def problem(message: Message, known: Message | None) -> str | None:
    if known is None or is_plural(known) != is_plural(message):
        return "missing"
    if known.fuzzy:
        return "fuzzy"
    if not all(strings(known.string)):
        return "not translated"
    return "placeholders differ" if placeholders_differ(known) else None


def problems(locale: str, base: Path = BASE_DIR) -> list[str]:
    """A line for every text that a reader of this language would not see in it."""
    translated = read_catalog(po_file(locale, base), locale)
    found = []
    for message in messages(marked_texts(base)):
        what = problem(message, translated.get(message.id, message.context))
        if what:
            places = ", ".join(sorted({name for name, _line in message.locations}))
            found.append(f"{locale}: {what}: {strings(message.id)[0]!r} ({places})")
    return found
