"""The first words of a new site, from content/starter/ into the database.

Each entry goes in once. What staff changed afterwards stays changed and what they deleted stays
deleted: StarterEntry remembers what was put in, so only what a later version adds is new.
"""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any

from django.db import models, transaction
from holidays import country_holidays

from clinic import memory
from clinic.models import (
    Clinic,
    Closure,
    LanguageNotice,
    LegalPage,
    Location,
    Practitioner,
    Room,
    Service,
    WorkingHours,
)
from content import publishing
from content.citations import CITED
from content.models import (
    Article,
    AskBlock,
    BookingBlock,
    Caution,
    HeadedBlock,
    PointsBlock,
    PressurePoint,
    QuestionsBlock,
    RedFlag,
    Reference,
    StarterEntry,
    TextBlock,
    Topic,
)

FOLDER = Path(__file__).resolve().parent / "starter"
CONSULTATION = "initial-consultation"
YEARS_OF_HOLIDAYS = 3
OBSERVED = " (observed)"
HOLIDAYS_ES = {
    "New Year's Day": "Año Nuevo",
    "Martin Luther King Jr. Day": "Día de Martin Luther King Jr.",
    "Washington's Birthday": "Día de los Presidentes",
    "Memorial Day": "Día de los Caídos",
    "Juneteenth National Independence Day": "Juneteenth",
    "Independence Day": "Día de la Independencia",
    "Labor Day": "Día del Trabajo",
    "Columbus Day": "Día de Colón",
    "Veterans Day": "Día de los Veteranos",
    "Thanksgiving Day": "Día de Acción de Gracias",
    "Christmas Day": "Navidad",
}

BLOCK_KINDS: dict[str, type[HeadedBlock]] = {
    "text": TextBlock,
    "points": PointsBlock,
    "questions": QuestionsBlock,
    "ask": AskBlock,
    "call_to_book": BookingBlock,
}

type Data = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    kind: str
    key: str
    data: Data


def read(path: Path) -> Data:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def holidays_of(year: int) -> Iterator[Entry]:
    federal = country_holidays("US", years=range(year, year + YEARS_OF_HOLIDAYS))
    for day, name in sorted(federal.items()):
        plain = name.removesuffix(OBSERVED)
        spanish = HOLIDAYS_ES.get(plain, "")
        if spanish and plain != name:
            spanish += " (observado)"
        data = {"day": day, "reason_en": name, "reason_es": spanish}
        yield Entry("holiday", f"{day} {name}", data)


def entries(today: date, folder: Path = FOLDER) -> Iterator[Entry]:
    """Everything there is to load; what others refer to comes before them."""
    clinic = read(folder / "clinic.toml")
    for kind, key in (("service", "slug"), ("location", "slug"), ("practitioner", "slug")):
        for order, data in enumerate(clinic[kind], start=1):
            yield Entry(kind, data[key], {"order": order} | data if kind != "location" else data)
    for data in clinic["room"]:
        yield Entry("room", f"{data['location']} {data['name']}", data)
    yield Entry("clinic", "1", clinic["clinic"])
    for path in sorted((folder / "legal").glob("*.toml")):
        data = read(path)
        yield Entry("legal_page", data["key"], data)
    for order, data in enumerate(read(folder / "languages.toml")["language"], start=1):
        yield Entry("language", data["code"], {"order": order} | data)
    yield from holidays_of(today.year)
    for kind, file, key in (
        ("topic", "topics", "slug"),
        ("reference", "references", "key"),
        ("red_flag", "red_flags", "slug"),
        ("caution", "cautions", "slug"),
        ("point", "points", "slug"),
    ):
        for data in read(folder / f"{file}.toml")[kind]:
            yield Entry(kind, data[key], data)
    for path in sorted((folder / "articles").glob("*.toml")):
        data = read(path)
        yield Entry("article", f"{data['slug']} {data['language']}", data)


def columns(model: type[models.Model], data: Data) -> Data:
    """What of `data` stands in the model's own columns."""
    names = {field.name for field in model._meta.concrete_fields if not field.is_relation}
    return {name: value for name, value in data.items() if name in names}


def named(model: type[models.Model], data: Data, *, by: str = "slug") -> models.Model | None:
    """A new row, or None where staff already made one of this name."""
    row, new = model._default_manager.get_or_create(**{by: data[by]}, defaults=columns(model, data))
    return row if new else None


def add_named(model: type[models.Model], data: Data, *, by: str = "slug") -> None:
    named(model, data, by=by)


def add_clinic(data: Data) -> None:
    if not Clinic.objects.exists():
        service = Service.objects.filter(slug=CONSULTATION).first()
        Clinic.objects.create(id=1, consultation=service, **columns(Clinic, data))


def add_room(data: Data) -> None:
    location = Location.objects.filter(slug=data["location"]).first()
    if location:
        Room.objects.get_or_create(location=location, name=data["name"])


def add_practitioner(data: Data) -> None:
    person = named(Practitioner, data)
    if not isinstance(person, Practitioner):
        return
    person.services.set(Service.objects.filter(slug__in=data["services"]))
    location = Location.objects.filter(slug=data["location"]).first()
    if location:
        WorkingHours.objects.bulk_create(
            WorkingHours(
                practitioner=person,
                location=location,
                weekday=hours["weekday"],
                starts=time.fromisoformat(hours["starts"]),
                ends=time.fromisoformat(hours["ends"]),
            )
            for hours in data["hours"]
        )


def add_holiday(data: Data) -> None:
    Closure.objects.create(
        first_day=data["day"],
        last_day=data["day"],
        reason_en=data["reason_en"],
        reason_es=data["reason_es"],
    )


def add_point(data: Data) -> None:
    point = named(PressurePoint, data)
    if isinstance(point, PressurePoint):
        point.cautions.set(Caution.objects.filter(slug__in=data["cautions"]))
        point.topics.set(Topic.objects.filter(slug__in=data["topics"]))


def add_block(article: Article, place: int, data: Data) -> None:
    common = {
        "parent": article,
        "region": "main",
        "ordering": 10 * place,
        "heading": data["heading"],
        "body": data["html"].strip(),
    }
    block = BLOCK_KINDS[data["kind"]]._default_manager.create(**common)
    if isinstance(block, PointsBlock):
        block.points.set(PressurePoint.objects.filter(slug__in=data["points"]))


def add_article(data: Data, *, now: datetime, added: list[int]) -> None:
    if Article.objects.filter(slug=data["slug"], language=data["language"]).exists():
        return
    article = Article.objects.create(updated_at=now, **columns(Article, data))
    article.topics.set(Topic.objects.filter(slug__in=data["topics"]))
    article.red_flags.set(RedFlag.objects.filter(slug__in=data["red_flags"]))
    article.cautions.set(Caution.objects.filter(slug__in=data["cautions"]))
    for place, block in enumerate(data["block"], start=1):
        add_block(article, place, block)
    added.append(article.pk)


def adders(now: datetime, articles: list[int]) -> dict[str, Callable[[Data], None]]:
    return {
        "service": partial(add_named, Service),
        "location": partial(add_named, Location),
        "practitioner": add_practitioner,
        "room": add_room,
        "clinic": add_clinic,
        "legal_page": partial(add_named, LegalPage, by="key"),
        "language": partial(add_named, LanguageNotice, by="code"),
        "holiday": add_holiday,
        "topic": partial(add_named, Topic),
        "reference": partial(add_named, Reference, by="key"),
        "red_flag": partial(add_named, RedFlag),
        "caution": partial(add_named, Caution),
        "point": add_point,
        "article": partial(add_article, now=now, added=articles),
    }


def unknown_citations(all_entries: list[Entry]) -> set[str]:
    """The keys that a starter text cites although no reference has them."""
    known = {entry.key for entry in all_entries if entry.kind == "reference"}
    cited = {key for entry in all_entries for key in CITED.findall(repr(entry.data))}
    return cited - known


def load(*, now: datetime, folder: Path = FOLDER) -> int:
    """Add what was never added before; how many entries that were."""
    all_entries = list(entries(now.date(), folder))
    with transaction.atomic():
        loaded = set(StarterEntry.objects.values_list("kind", "key"))
        missing = [entry for entry in all_entries if (entry.kind, entry.key) not in loaded]
        if not missing:
            return 0
        if unknown := unknown_citations(all_entries):
            raise ValueError(f"The starter content cites unknown references: {sorted(unknown)}")
        articles: list[int] = []
        add = adders(now, articles)
        for entry in missing:
            add[entry.kind](entry.data)
        publishing.publish_new(article_ids=articles, by=None, now=now)
        StarterEntry.objects.bulk_create(
            StarterEntry(kind=entry.kind, key=entry.key, loaded_at=now) for entry in missing
        )
        memory.publish()
    return len(missing)
