"""Message catalogs: what is taken from the sources, what is kept, what is reported."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from clinic import catalogs

PO = """\
# Spanish. Not yet reviewed by a person.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Book"
msgstr "Reservar"

msgctxt "month"
msgid "May"
msgstr "Mayo"

msgid "Gone"
msgstr "Ido"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {
        "booking/forms.py": 'A = _("Book")\nB = gettext_lazy("Hello %(name)s")\n'
        'C = pgettext("month", "May")\nD = npgettext_lazy("c", "%d day", "%d days", 2)\n',
        "booking/desk/views.py": '_("Staff only")\n',
        "clinic/admin_site.py": '_("Admin only")\n',
        "clinic/management/commands/x.py": '_("Command only")\n',
        "templates/admin/index.html": '{% translate "Admin page" %}',
        "templates/page.html": """
              <p class="x">{% translate "It's 100%" %}</p>
            {% blocktranslate trimmed with n=some.number %}
                Call
                {{ n }} now, 100%
            {% endblocktranslate %}
          {% blocktranslate count n=x|length %}{{ n }} point{% plural %}{{ n }} points
          {% endblocktranslate %}
        <a title="{% translate 'May' context 'month' %}">{{ _("Book")|upper }}</a>
        """,
        "templates/emails/confirmed.txt": "{% autoescape off %}{% translate 'Dear' %}, ({% endif",
        "locale/es/LC_MESSAGES/django.po": PO,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_texts_of_the_public_site_are_found(project: Path) -> None:
    found = {
        (message.context, message.id)
        for message in catalogs.messages(catalogs.marked_texts(project))
    }
    assert found == {
        (None, "Book"),
        (None, "Hello %(name)s"),
        ("month", "May"),
        ("c", ("%d day", "%d days")),
        (None, "It's 100%%"),
        (None, "Call %(n)s now, 100%%"),
        (None, ("%(n)s point", "%(n)s points\n          ")),
        (None, "Dear"),
    }


def test_an_update_keeps_translations_and_drops_what_is_gone(project: Path) -> None:
    assert catalogs.update("es", project)
    text = catalogs.po_file("es", project).read_text()
    assert text.startswith("# Spanish. Not yet reviewed by a person.\nmsgid")
    assert 'msgid "Book"\nmsgstr "Reservar"' in text
    assert 'msgctxt "month"\nmsgid "May"\nmsgstr "Mayo"' in text
    assert "Gone" not in text
    assert "#: booking/forms.py templates/page.html\n" in text
    assert "Creation-Date" not in text


def test_a_second_update_changes_nothing(project: Path) -> None:
    catalogs.update("es", project)
    assert not catalogs.update("es", project)


def test_compiling_happens_once_and_again_after_a_change(project: Path) -> None:
    assert catalogs.compile_outdated("es", project)
    compiled = catalogs.po_file("es", project).with_suffix(".mo")
    assert compiled.read_bytes().startswith(b"\xde\x12\x04\x95")
    assert not catalogs.compile_outdated("es", project)
    catalogs.update("es", project)
    assert catalogs.compile_outdated("es", project)


def test_every_kind_of_problem_is_named(project: Path) -> None:
    catalogs.update("es", project)
    path = catalogs.po_file("es", project)
    path.write_text(
        path.read_text()
        .replace('msgid "Hello %(name)s"\nmsgstr ""', 'msgid "Hello %(name)s"\nmsgstr "Hola"')
        .replace('msgid "Book"', '#, fuzzy\nmsgid "Book"')
        .replace('msgid "Dear"\nmsgstr ""\n', "")
    )
    found = "\n".join(catalogs.problems("es", project))
    assert "es: placeholders differ: 'Hello %(name)s' (booking/forms.py)" in found
    assert "es: fuzzy: 'Book'" in found
    assert "es: missing: 'Dear'" in found
    assert "es: not translated: '%d day'" in found
    assert "May" not in found


def test_one_plural_form_may_leave_out_the_number() -> None:
    catalog = Catalog(locale="es")
    rightly = catalog.add(("one day", "%d days"), ("un día", "%d días"))
    wrongly = catalog.add(("1 day", "%d days"), ("un día", "%s días"))
    assert not catalogs.placeholders_differ(rightly)
    assert catalogs.placeholders_differ(wrongly)
