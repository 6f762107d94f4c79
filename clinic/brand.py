"""How the site looks for this clinic, where it chose other colours or a logo than the house's."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from clinic import memory
from clinic.brand_colours import Tokens, house, tokens
from clinic.colours import COLOUR
from clinic.images import Picture

ICON = Path(settings.BASE_DIR) / "static" / "img" / "favicon.svg"
ICONS_OWN_COLOUR = "#b4603a"


@dataclass(frozen=True)
class Brand:
    light: Tokens
    dark: Tokens
    logo: Picture | None

    @property
    def sheet(self) -> str:
        """Nothing where the clinic keeps the house's colours: then no page asks for it."""
        if not self.light and not self.dark:
            return ""
        light, dark = declared(self.light), declared(self.dark)
        return (
            f":root{{{light}}}\n"
            f'html[data-theme="light"]{{{light}}}\n'  # the switch of the admin
            "@media screen and (prefers-color-scheme: dark)"
            f'{{:root:not([data-theme="light"]){{{dark}}}}}\n'
            f'@media screen{{html[data-theme="dark"]{{{dark}}}}}\n'
        )

    @property
    def icon(self) -> str:
        """The mark for the browser's tab, in the clinic's accent."""
        accent = self.light.get("clay", house("light")["clay"])
        return ICON.read_text(encoding="utf-8").replace(ICONS_OWN_COLOUR, accent)

    @property
    def version(self) -> str:
        """What the sheet's address changes with; nothing where there is no sheet."""
        return hashlib.sha256(self.sheet.encode()).hexdigest()[:12] if self.sheet else ""


def declared(colours: Tokens) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in colours.items())


@memory.remembered
def brand() -> Brand:
    clinic = memory.the_clinic()
    # A row can be written without the form that checks it: what is no colour is not written out.
    chosen = {name: text for name, text in clinic.colours.items() if COLOUR.fullmatch(text)}
    light = tokens(chosen, "light")
    return Brand(
        light=light,
        # The sheet's first rule holds in the dark, too: what it changes is set right again.
        dark={**{name: house("dark")[name] for name in light}, **tokens(chosen, "dark")},
        logo=clinic.picture,
    )
