"""An article as data: what a version keeps, what a preview shows, what a signature is for.

Everything that its page says goes in: its own words, its blocks in their order, and the texts of
the points, warning signs, cautions and sources it names, as they were. It is read from the columns
that a row has, so a new column or kind of block needs no change here.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, prefetch_related_objects
from django.db.models.fetch_modes import FETCH_RAISE

from content.citations import CITED
from content.models import BLOCKS, Caution, HeadedBlock, PressurePoint, RedFlag, Reference, Topic

type Data = dict[str, Any]
type Related = Mapping[str, Sequence[Any]]

NO_WORDS = {"id", "status", "updated_at"}
PLACE = ("region", "ordering")  # of a block: their order in the list says it
SIGNATURES = {
    *("reviewed_on", "review_due_on", "reviewed_digest"),
    *("translation_reviewed_by", "translation_reviewed_on", "translation_digest"),
}
# What a reviewer does not read: where something stands in lists, and under which address.
NOT_READ = {"id", "order", "updated_at", "topics", "slug", "author", "written_on"}
KINDS: dict[str, type[HeadedBlock]] = {model._meta.model_name or "": model for model in BLOCKS}
VOCABULARY: dict[str, type[Model]] = {
    model._meta.model_name or "": model
    for model in (Topic, RedFlag, Caution, PressurePoint, Reference)
}


@dataclass(frozen=True)
class Written:
    """A row, saved or not, with what it refers to."""

    row: Any
    related: Related


@dataclass(frozen=True)
class WorkingCopy:
    article: Written
    blocks: Sequence[Written]  # in their order


def relations(row: Model | type[Model]) -> list[str]:
    return [field.name for field in row._meta.many_to_many]


def to_prefetch(model: type[Model] | Model) -> list[str]:
    """What is referred to, and what that refers to in its turn."""
    return [
        name
        for field in model._meta.many_to_many
        for name in (
            field.name,
            *(f"{field.name}__{inner}" for inner in relations(field.related_model)),
        )
    ]


def related_of(row: Model) -> Related:
    """What the row refers to, as it was prefetched or as the database says."""
    return {name: list(getattr(row, name).all()) for name in relations(row)}


def working_copies(
    articles: Sequence[Any], kinds: Sequence[type[Any]] = BLOCKS
) -> dict[int, WorkingCopy]:
    """The rows of several articles, in a number of queries that does not depend on how many."""
    if not articles:
        return {}
    prefetch_related_objects(articles, "reviewed_by", *to_prefetch(articles[0]))
    blocks: dict[int, list[Any]] = {article.pk: [] for article in articles}
    for kind in kinds:
        rows = kind._default_manager.using(articles[0]._state.db).filter(parent__in=list(blocks))
        for row in rows.prefetch_related(*to_prefetch(kind)):
            blocks[row.parent_id].append(row)
    return {
        article.pk: WorkingCopy(
            Written(article, related_of(article)),
            [
                Written(row, related_of(row))
                for row in sorted(blocks[article.pk], key=lambda row: row.ordering)
            ],
        )
        for article in articles
    }


def columns(row: Model, leave_out: Iterable[str] = ()) -> Data:
    return {
        field.name: field.value_from_object(row)
        for field in row._meta.concrete_fields
        if not field.is_relation and field.name not in NO_WORDS and field.name not in leave_out
    }


def name_of(row: Any) -> str:
    """What stands for it in a list of references: its slug, or the key of a source."""
    return str(row.key if hasattr(row, "key") else row.slug)


def written(each: Written, leave_out: Iterable[str] = ()) -> Data:
    names = {field: [name_of(row) for row in rows] for field, rows in each.related.items()}
    return columns(each.row, leave_out) | names


def vocabulary(copy: WorkingCopy, texts: str, references: Mapping[str, Any]) -> Data:
    """The texts of all that the article names, by model and slug, with the keys of the rows."""
    rows: dict[str, dict[str, Any]] = {model: {} for model in VOCABULARY}
    named = [
        row for each in (copy.article, *copy.blocks) for r in each.related.values() for row in r
    ]
    named += [
        caution
        for row in named
        if row._meta.model_name == "pressurepoint"
        for caution in row.cautions.all()
    ]
    for row in named:
        rows[row._meta.model_name][name_of(row)] = row
    said = texts + json.dumps([columns(row) for row in rows["pressurepoint"].values()], default=str)
    cited = dict.fromkeys(CITED.findall(said))
    rows["reference"] = {key: references[key] for key in cited if key in references}
    return {
        model: {
            name: {"id": row.pk} | written(Written(row, related_of(row)))
            for name, row in found.items()
        }
        for model, found in rows.items()
    }


def review(article: Any, digest: str) -> tuple[Data | None, Data | None]:
    """The signatures that hold for this text: of the review, and of the translation."""
    by = article.reviewed_by
    signed = by and article.reviewed_digest == digest
    of_text = signed and {
        "id": by.pk,
        **{name: getattr(by, name) for name in ("slug", "name", "credentials", "licence")},
        "on": article.reviewed_on,
        "due": article.review_due_on,
    }
    translated = article.translation_reviewed_on and article.translation_digest == digest
    of_translation = translated and {
        "by": article.translation_reviewed_by,
        "on": article.translation_reviewed_on,
    }
    return of_text or None, of_translation or None


def take(copy: WorkingCopy, references: Mapping[str, Any]) -> Data:
    """The article as it is now, in what JSON knows."""
    article = written(copy.article, SIGNATURES)
    blocks = [{"model": each.row._meta.model_name} | written(each, PLACE) for each in copy.blocks]
    texts = json.dumps([article, blocks], cls=DjangoJSONEncoder)
    data: Data = {
        "article": article,
        "blocks": blocks,
        "vocabulary": vocabulary(copy, texts, references),
    }
    data["review"], data["translation_review"] = review(copy.article.row, digest_of(data))
    plain: Data = json.loads(json.dumps(data, cls=DjangoJSONEncoder))
    return plain


def take_all(
    articles: Sequence[Any],
    kinds: Sequence[type[Any]] = BLOCKS,
    references: type[Any] = Reference,
) -> dict[int, Data]:
    if not articles:
        return {}
    rows = references._default_manager.using(articles[0]._state.db)
    known = {row.key: row for row in rows}
    return {key: take(copy, known) for key, copy in working_copies(articles, kinds).items()}


def _read(value: Any) -> Any:
    """What of it somebody reads."""
    if isinstance(value, dict):
        return {key: _read(inner) for key, inner in value.items() if key not in NOT_READ}
    return [_read(inner) for inner in value] if isinstance(value, list) else value


def digest_of(data: Data) -> str:
    """Stands for the words that a reviewer has read, those of points and cautions among them."""
    said = _read([data["article"], data["blocks"], data["vocabulary"]])
    said[2].pop("topic", None)
    text = json.dumps(said, cls=DjangoJSONEncoder, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def own_words(data: Data) -> Data:
    """What staff write on the article's own page, and who signed it; not what it refers to."""
    return {key: value for key, value in data.items() if key != "vocabulary"}


def row_of[M: Model](model: type[M], data: Data) -> M:
    """An unsaved row with these columns; what the model no longer has is passed over."""
    fields = {field.name: field for field in model._meta.concrete_fields if not field.is_relation}
    row = model(
        **{name: fields[name].to_python(value) for name, value in data.items() if name in fields}
    )
    row.pk = data.get("id")
    return row


@dataclass(frozen=True)
class Vocabulary:
    """What articles refer to, each by its key: as it is today, or as a version kept it."""

    topics: Mapping[int, Topic]
    red_flags: Mapping[int, RedFlag]
    cautions: Mapping[int, Caution]
    points: Mapping[int, PressurePoint]  # with their cautions and topics
    references: Mapping[str, Reference]


def read_vocabulary() -> Vocabulary:
    points = PressurePoint.objects.all().fetch_mode(FETCH_RAISE)
    return Vocabulary(
        topics=Topic.objects.in_bulk(),
        red_flags=RedFlag.objects.in_bulk(),
        cautions=Caution.objects.in_bulk(),
        points={row.pk: row for row in points.prefetch_related("cautions", "topics")},
        references={row.key: row for row in Reference.objects.all()},
    )


def prefetched(row: Model, **related: Sequence[Any]) -> None:
    """As if the database had been asked for these."""
    cache: dict[str, Sequence[Any]] = getattr(row, "_prefetched_objects_cache", {})
    row.__dict__["_prefetched_objects_cache"] = {**cache, **related}


def kept_vocabulary(data: Data) -> Vocabulary:
    """The texts as they were when the snapshot was taken."""
    kept = data["vocabulary"]

    def rows[M: Model](model: type[M]) -> dict[str, M]:
        found = kept.get(model._meta.model_name, {})
        return {name: row_of(model, values) for name, values in found.items()}

    cautions, points = rows(Caution), rows(PressurePoint)
    for name, point in points.items():
        own = kept["pressurepoint"][name]["cautions"]
        prefetched(point, cautions=[cautions[c] for c in own if c in cautions], topics=())
    return Vocabulary(
        topics={row.pk: row for row in rows(Topic).values()},
        red_flags={row.pk: row for row in rows(RedFlag).values()},
        cautions={row.pk: row for row in cautions.values()},
        points={row.pk: row for row in points.values()},
        references=rows(Reference),
    )


def blocks_of(data: Data, known: Vocabulary) -> Iterator[HeadedBlock]:
    """The blocks as unsaved rows, which know what they refer to."""
    for each in data["blocks"]:
        if kind := KINDS.get(each["model"]):  # else one that this site no longer has
            row = row_of(kind, each)
            prefetched(row, **referred(kind, each, data, known))
            yield row


def referred(
    model: type[Model], values: Data, data: Data, known: Vocabulary
) -> dict[str, tuple[Any, ...]]:
    """The rows behind the names; what the vocabulary no longer has is left out."""
    by_model: dict[str, Mapping[int, Any]] = {
        "topic": known.topics,
        "redflag": known.red_flags,
        "caution": known.cautions,
        "pressurepoint": known.points,
    }
    found: dict[str, tuple[Any, ...]] = {}
    for field in model._meta.many_to_many:
        name = str(field.related_model._meta.model_name)
        kept, rows = data["vocabulary"].get(name, {}), by_model.get(name, {})
        keys = [kept[slug]["id"] for slug in values.get(field.name, ()) if slug in kept]
        found[field.name] = tuple(rows[key] for key in keys if key in rows)
    return found
