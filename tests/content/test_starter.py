"""The starter content goes in once; staff have the last word."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copytree

import pytest
from django.core.management import call_command

from clinic import memory
from clinic.models import Clinic, Closure, Practitioner, Room, Service, WorkingHours
from content import publishing, starter_loader
from content.models import (
    Article,
    ArticleVersion,
    Caution,
    PressurePoint,
    RedFlag,
    Reference,
    Topic,
)
from tests.clinic.staff import a_member
from tests.public import FIRST, open_clinic

NOW = datetime(2026, 6, 15, 13, 0, tzinfo=UTC)


def load(folder: Path = starter_loader.FOLDER) -> int:
    return starter_loader.load(now=NOW, folder=folder)


@pytest.mark.django_db
def test_everything_is_there_on_the_first_day() -> None:
    load()
    clinic = Clinic.objects.get()
    assert clinic.name == "Gramercy Pain Center"
    assert clinic.consultation == Service.objects.get(slug="initial-consultation")
    durations = dict(Service.objects.values_list("slug", "duration"))
    assert sorted(durations.values()) == [30, 45, 50, 60]
    assert Practitioner.objects.filter(is_example=True).count() == 3
    assert WorkingHours.objects.count() == 18
    assert Room.objects.count() == 2
    assert PressurePoint.objects.count() == 9
    assert RedFlag.objects.count() == 20
    assert Caution.objects.exists()
    assert Reference.objects.exists()
    assert Topic.objects.exists()
    assert set(Article.objects.values_list("language", "status")) == {
        ("en", "published"),
        ("es", "published"),
    }
    assert not Article.objects.exclude(reviewed_by=None).exists()


@pytest.mark.django_db
def test_holidays_are_closures_of_three_years_in_both_languages() -> None:
    load()
    names = {row.first_day: (row.reason_en, row.reason_es) for row in Closure.objects.all()}
    assert names[date(2026, 11, 26)] == ("Thanksgiving Day", "Día de Acción de Gracias")
    assert names[date(2026, 7, 3)] == (
        "Independence Day (observed)",
        "Día de la Independencia (observado)",
    )
    assert {day.year for day in names} == {2026, 2027, 2028}
    assert all(spanish for _english, spanish in names.values())


@pytest.mark.django_db
def test_loading_again_adds_nothing_and_asks_little(
    django_assert_max_num_queries: object,
) -> None:
    assert load() > 100
    version = Clinic.objects.get().site_version
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        assert load() == 0
    assert Clinic.objects.get().site_version == version


@pytest.mark.django_db
def test_what_staff_changed_stays_changed() -> None:
    load()
    Clinic.objects.update(name="Hudson Pain Clinic")
    ours = Article.objects.get(slug=FIRST, language="en")
    Article.objects.filter(pk=ours.pk).update(title="Ours")
    WorkingHours.objects.all().delete()
    assert load() == 0
    assert Clinic.objects.get().name == "Hudson Pain Clinic"
    assert Article.objects.get(pk=ours.pk).title == "Ours"
    assert not WorkingHours.objects.exists()


@pytest.mark.django_db
def test_what_staff_deleted_stays_deleted() -> None:
    load()
    Reference.objects.all().delete()
    Practitioner.objects.all().delete()
    Closure.objects.all().delete()
    assert load() == 0
    assert not Reference.objects.exists()
    assert not Practitioner.objects.exists()
    assert not Closure.objects.exists()


@pytest.mark.django_db
def test_what_staff_withdrew_stays_withdrawn() -> None:
    load()
    for article in Article.objects.all():
        publishing.withdraw(article_id=article.pk, by=a_member(), now=NOW + timedelta(days=1))
    assert load() == 0
    assert not Article.objects.filter(status="published").exists()
    assert ArticleVersion.objects.count() == Article.objects.count()


@pytest.mark.django_db
def test_the_articles_are_published_as_staff_publish() -> None:
    load()
    for article in Article.objects.all():
        version = article.versions.get()
        assert (version.number, version.made_at, version.made_by) == (1, NOW, None)
        assert version.snapshot["article"]["title"] == article.title
        assert version.snapshot["review"] is None


@pytest.mark.django_db
def test_a_draft_of_staff_under_the_same_name_is_not_published() -> None:
    Article.objects.create(
        slug="pressure-points-upper-back-pain",
        language="en",
        title="Ours",
        written_on=NOW.date(),
    )
    load()
    assert not Article.objects.get(title="Ours").versions.exists()


@pytest.mark.django_db
def test_what_a_later_version_brings_is_added(tmp_path: Path) -> None:
    load()
    Topic.objects.all().delete()
    folder = copytree(starter_loader.FOLDER, tmp_path / "starter")
    with (folder / "topics.toml").open("a") as file:
        file.write('\n[[topic]]\nslug = "knees"\nname_en = "Knees"\nname_es = "Rodillas"\n')
    assert load(folder) == 1
    assert list(Topic.objects.values_list("slug", flat=True)) == ["knees"]


@pytest.mark.django_db
def test_next_year_brings_its_holidays() -> None:
    load()
    added = starter_loader.load(now=NOW + timedelta(days=365))
    assert added >= 11
    assert Closure.objects.filter(first_day__year=2029).count() == added


@pytest.mark.django_db
def test_what_staff_made_under_the_same_name_is_left_alone() -> None:
    Topic.objects.create(slug="headache", name_en="Our own headaches")
    load()
    assert Topic.objects.get(slug="headache").name_en == "Our own headaches"


@pytest.mark.django_db
def test_a_citation_of_nothing_stops_the_loading(tmp_path: Path) -> None:
    folder = copytree(starter_loader.FOLDER, tmp_path / "starter")
    (folder / "references.toml").write_text("reference = []\n")
    with pytest.raises(ValueError, match="carr-2015"):
        load(folder)
    assert not Clinic.objects.exists()


@pytest.mark.django_db
def test_the_command_says_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    memory.forget_everything()
    call_command("load_starter")
    call_command("load_starter")
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("Starter content: ")
    assert second == "Starter content: nothing new."


@pytest.mark.django_db
def test_the_site_shows_what_was_loaded_at_once() -> None:
    open_clinic()
    assert memory.the_clinic().name == "Gramercy Pain Center"
