from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from clinic import catalogs


class Command(BaseCommand):
    help = "Take new texts into the catalogs and compile them; no system package is needed."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument("--compile", action="store_true", help="only compile what is outdated")
        mode.add_argument(
            "--check",
            action="store_true",
            help="change nothing; fail if a text is missing, untranslated, fuzzy or has other "
            "placeholders than its translation",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        locales = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
        if options["check"]:
            self.check_all(locales)
        for locale in [] if options["check"] else locales:
            if not options["compile"] and catalogs.update(locale):
                self.stdout.write(f"{catalogs.po_file(locale)} follows the sources now.")
        if not options["check"]:
            catalogs.compile_all()

    def check_all(self, locales: list[str]) -> None:
        found = [line for locale in locales for line in catalogs.problems(locale)]
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} texts are not translated rightly.", returncode=1)
