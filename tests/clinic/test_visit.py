"""How a place says whether it is open, how to get there, and who works there."""

import re
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
import time_machine

from clinic import memory, page_cache
from clinic.directory import directory
from clinic.image_fields import PictureFormField
from clinic.models import Closure, Location, Practitioner, WorkingHours
from clinic.models.people import PORTRAIT_WIDTHS
from clinic.opening import Opening, opening_at
from content.models import Article
from tests.clinic.pictures import an_upload
from tests.clinic.staff import a_client
from tests.public import reviewed, text

pytestmark = pytest.mark.usefixtures("starter")
HOSTILE = '</dd><script>alert(1)</script>"\u202e'


def seen(path: str) -> str:
    """The words of a page, as they are read out."""
    page = re.sub(r"<[^>]+>", " ", text(path)).replace("\u00a0", " ")
    return re.sub(r"\s+", " ", page)


def at(*moment: int) -> Opening:
    """The starter's place as it is then, by UTC; New York is four hours behind in June."""
    memory.publish()
    known = directory()
    return opening_at(known, known.locations[0], datetime(*moment, tzinfo=UTC))  # type: ignore[misc,arg-type]


def close(first: date = date(2026, 6, 15), **fields: Any) -> Closure:
    return Closure.objects.create(first_day=first, last_day=first, **fields)


class TestOpening:
    """Mondays: half past eight to half past twelve, one to five."""

    def test_before_between_in_and_after_the_hours(self) -> None:
        early, within = at(2026, 6, 15, 11, 0), at(2026, 6, 15, 13, 0)
        assert (early.open_until, early.opens_at) == (None, time(8, 30))
        assert (within.open_until, within.opens_at) == (time(12, 30), time(13))
        lunch, late = at(2026, 6, 15, 16, 45), at(2026, 6, 15, 22, 0)
        assert (lunch.open_until, lunch.opens_at) == (None, time(13))
        assert (late.open_until, late.opens_at) == (None, None)
        assert late.next_day
        assert late.next_day.on == date(2026, 6, 16)
        assert within.next_day is None

    def test_a_stretch_ends_with_its_last_minute(self) -> None:
        assert at(2026, 6, 15, 16, 29, 59).open_until == time(12, 30)
        assert at(2026, 6, 15, 16, 30).open_until is None
        assert at(2026, 6, 15, 12, 30).open_until == time(12, 30)

    def test_the_day_is_that_of_the_place(self) -> None:
        assert at(2026, 6, 16, 3, 30).today.on == date(2026, 6, 15)

    def test_a_holiday_closes_it_and_says_why(self) -> None:
        known = at(2026, 6, 19, 14, 0)
        assert known.today.hours == []
        assert known.today.closure
        assert known.today.closure.reason_en == "Juneteenth National Independence Day"
        assert known.next_day
        assert known.next_day.on == date(2026, 6, 22)

    def test_hours_of_a_closure_are_taken_off(self) -> None:
        close(starts=time(11), ends=time(14))
        assert at(2026, 6, 15, 13, 0).today.hours == [
            (time(8, 30), time(11)),
            (time(14), time(17)),
        ]
        close(starts=time(16))
        assert at(2026, 6, 15, 13, 0).today.hours[-1] == (time(14), time(16))

    def test_hours_that_hold_despite_closures_are_open(self) -> None:
        close()
        assert at(2026, 6, 15, 13, 0).today.hours == []
        person = Practitioner.objects.get(slug="example-physical-therapist")
        WorkingHours.objects.filter(practitioner=person).update(despite_closures=True)
        assert at(2026, 6, 15, 13, 0).today.hours == [
            (time(9), time(12, 30)),
            (time(13, 30), time(17)),
        ]

    def test_somebodys_day_off_takes_their_hours_and_is_nobodys_business(self) -> None:
        person = Practitioner.objects.get(slug="example-pain-physician")
        close(practitioner=person, reason_en="Surgery of her own")
        known = at(2026, 6, 15, 13, 0)
        assert known.today.hours[0] == (time(9), time(12, 30))
        assert known.today.closure is None
        assert "Surgery" not in text("/visit/")

    def test_another_place_keeps_its_own_closures(self) -> None:
        other = Location.objects.create(slug="other", name_en="Other")
        close(location=other)
        assert at(2026, 6, 15, 13, 0).today.hours

    def test_one_that_comes_again_every_year(self) -> None:
        close(date(2020, 6, 15), repeats=Closure.Repeats.YEARLY, reason_en="Founding day")
        assert at(2026, 6, 15, 13, 0).today.hours == []

    def test_without_any_hours_nothing_is_promised(self) -> None:
        WorkingHours.objects.all().delete()
        assert at(2026, 6, 15, 13, 0).next_day is None
        assert "Closed today, Monday, June 15, 2026." in seen("/visit/")


class TestThePage:
    def test_names_the_day_and_the_moment_so_that_an_old_copy_stays_true(self) -> None:
        page = seen("/visit/")
        assert "Today, Monday, June 15, 2026: 8:30 am to 12:30 pm, 1:00 pm to 5:00 pm" in page
        assert "At 9:00 am: open, until 12:30 pm." in page
        assert '<time datetime="2026-06-15T09:00:00-04:00">' in text("/visit/")
        assert "Hoy, lunes, 15 de junio de 2026:" in seen("/es/visit/")
        assert "abierto, hasta las 12:30 p. m." in seen("/es/visit/")

    @pytest.mark.parametrize(
        ("moment", "said"),
        [
            ("2026-06-15 16:45+00:00", "At 12:45 pm: closed, opens at 1:00 pm."),
            ("2026-06-15 22:00+00:00", "At 6:00 pm: closed for today."),
            ("2026-06-15 22:00+00:00", "Open again Tuesday, June 16, 2026, from 9:00 am."),
            ("2026-11-26 15:00+00:00", "Closed today, Thursday, November 26, 2026 (Thanksgiving"),
            ("2026-11-26 15:00+00:00", "Open again Friday, November 27, 2026, from 9:00 am."),
        ],
    )
    def test_says_it_at_any_time(self, moment: str, said: str) -> None:
        with time_machine.travel(datetime.fromisoformat(moment), tick=False):
            assert said in seen("/visit/")

    def test_is_right_within_a_minute(self, clock: time_machine.Traveller) -> None:
        assert page_cache.KEPT_FOR <= 60
        clock.move_to(datetime(2026, 6, 15, 16, 29, 30, tzinfo=UTC))
        assert "open, until 12:30 pm." in seen("/visit/")
        clock.shift(61)
        page_cache._pages.clear()
        assert "closed, opens at 1:00 pm." in seen("/visit/")

    def test_tells_the_way_there_and_in(self) -> None:
        assert "openstreetmap" not in text("/visit/")
        assert "Parking" not in text("/visit/")
        Location.objects.update(
            street="1 Main St & Co",
            city="Anytown",
            postal_code="07001",
            parking_en="Behind the house.\nFree.",
            transit_en="Bus 8",
            access_en="A ramp on the left.",
            access_es="Una rampa a la izquierda.",
        )
        memory.publish()
        page = text("/visit/")
        link = re.search(
            r'<a href="(https://www\.openstreetmap\.org/[^"]+)" rel="noreferrer">', page
        )
        assert link
        assert link[1].endswith("query=1%20Main%20St%20%26%20Co%2C%20Anytown%2C%20NJ%2007001")
        assert "(opens another site, OpenStreetMap)" in page
        assert "Behind the house.<br>Free." in page
        assert "Una rampa a la izquierda." in text("/es/visit/")
        assert "Bus 8" in text("/es/visit/")  # English fills a gap

    def test_hostile_words_do_nothing(self) -> None:
        Location.objects.update(street=HOSTILE, parking_en=HOSTILE, directions_en=HOSTILE * 200)
        Closure.objects.update(reason_en=HOSTILE)
        memory.publish()
        assert "<script>alert" not in text("/visit/")


class TestTheTeam:
    def test_everybody_is_named_with_licence_languages_and_services(self) -> None:
        Practitioner.objects.filter(slug="example-physical-therapist").update(
            licence="Physical therapist, NJ 40QA01234500"
        )
        memory.publish()
        page = seen("/team/")
        assert "License: Physical therapist, NJ 40QA01234500" in page
        assert "Speaks: English, Spanish (example)" in page
        assert "First consultation · Follow-up visit · Physical therapy evaluation" in page
        assert "<img" not in text("/team/")

    def test_a_portrait_is_shown_with_its_words(self) -> None:
        person = Practitioner.objects.get(slug="example-physical-therapist")
        person.portrait = PictureFormField(widths=PORTRAIT_WIDTHS).clean(an_upload())
        person.save()
        memory.publish()
        for path in ("/team/", "/team/example-physical-therapist/"):
            assert 'alt="Portrait of Alex Example"' in text(path)

    def test_a_line_that_names_no_picture_shows_none(self) -> None:
        Practitioner.objects.update(portrait='x" onerror="alert(1)')
        memory.publish()
        assert "onerror" not in text("/team/")

    def test_what_somebody_reviewed_is_listed(self) -> None:
        path = "/team/example-physical-therapist/"
        assert "Reviewed by" not in text(path)
        person = Practitioner.objects.get(slug="example-physical-therapist")
        article = Article.objects.get(slug="pressure-points-upper-back-pain", language="en")
        reviewed(person, date(2026, 6, 1), pk=article.pk)
        assert f'href="{article.get_absolute_url()}"' in text(path).split("Reviewed by Alex")[1]
        assert "Revisado por" not in text(f"/es{path}")


def test_the_first_page_answers_at_once() -> None:
    page = seen("/").split("To read")[0]
    assert "Gramercy Pain Center is a clinic in New Jersey" in page
    assert "What hurts?" in page
    assert "Next opening: Tuesday, June 16, 9:00 am" in page
    assert "or call 732-788-0349" in page


def test_the_first_page_without_a_free_time_promises_none() -> None:
    WorkingHours.objects.all().delete()
    memory.publish()
    assert "Next opening:" not in text("/")
    assert "No free time can be shown" in text("/")
    assert a_client().get("/").status_code == 200
