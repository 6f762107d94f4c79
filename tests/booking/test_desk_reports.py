"""The reports: what they count, for whom, and as what they can be taken along."""

import csv
import io
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from booking.desk.figures import Figures, Hours
from booking.desk.period import Days, Period
from booking.desk.reports import REPORTS, Report, nine_of_ten
from booking.desk.sheets import plain
from booking.models import Appointment, AppointmentEvent, Status
from booking.models.appointments import Reason
from clinic.models import AccessLog, Closure, Practitioner, Service, User
from clinic.roles import EDITOR, FRONT_DESK, OWNER, PRACTITIONER
from content.models import Article
from tests.booking.builders import (
    a_clinic,
    a_patient,
    a_practitioner,
    a_request,
    a_service,
    an_appointment,
)
from tests.booking.desk import text_of
from tests.clinic.staff import a_client, a_member, signed_in
from tests.queries import count_queries

pytestmark = pytest.mark.django_db

PAGE = reverse("desk:reports")
NEW_YORK = ZoneInfo("America/New_York")
# The week before the tests begin, and the Wednesday of it at ten.
WEEK = Days(date(2026, 6, 8), date(2026, 6, 14))
WEDNESDAY = datetime(2026, 6, 10, 10, tzinfo=NEW_YORK)
HOUR = timedelta(hours=1)
MOST_QUERIES = 15
CSVS = [reverse("desk:report-sheet", args=[key]) for key in REPORTS]
NONSENSE = [
    {"first": "nonsense"},
    {"first": "2026-02-30"},
    {"first": "2026-06-14", "last": "2026-06-08"},
    {"first": "1926-06-14", "last": "2026-06-14"},
    {"first": "0001-01-01"},
    {"last": "9999-12-31"},
    {"first": "2026-06-08", "last": "2060-01-01"},
    {"first": "\x002026-06-08"},
    {"first": "2026-06-08", "last": "\x00"},
    {"first": "9" * 5000},
    {"first": "<script>alert(1)</script>", "last": "\u202e2026-06-08"},
    {"first": "２０２６-06-08", "last": "-"},
]


@pytest.fixture(autouse=True)
def _clinic() -> None:
    a_clinic()


def the_period(days: Days = WEEK) -> Period:
    return Period(days, NEW_YORK)


def report(key: str, user: User | None = None, days: Days = WEEK) -> Report:
    by = user or a_member(OWNER)
    figures = Figures.read(by, the_period(days), now=datetime.now(UTC))
    return REPORTS[key](figures)


def answered(
    appointment: Appointment,
    at: datetime,
    reason: Reason | None = None,
    actor: str = "staff",
) -> AppointmentEvent:
    """Somebody, or the clock, ends the waiting of a request."""
    return AppointmentEvent.objects.create(
        at=at,
        appointment=appointment.pk,
        request=appointment.request_id,
        actor_kind=actor,
        from_status=Status.PENDING,
        to_status=Status.CANCELLED if reason else Status.BOOKED,
        reason_code=reason or "",
    )


def a_visit(at: datetime = WEDNESDAY, status: Status = Status.FULFILLED, **fields: Any) -> Any:
    """A time that was agreed, asked for a day before where nothing else is said."""
    sent_at = fields.pop("sent_at", at - timedelta(days=1))
    service = fields.pop("service", None)
    more = {name: fields.pop(name) for name in ("article", "source", "patient") if name in fields}
    request = a_request(service, sent_at=sent_at, **more)
    return an_appointment(status, at, request=request, **fields)


def an_article(title: str) -> Article:
    return Article.objects.create(title=title, slug="necks", language="en", written_on=WEEK.first)


def sheet(client: Client, key: str, **query: str) -> list[list[str]]:
    response = client.get(reverse("desk:report-sheet", args=[key]), query or the_period().query)
    assert response.status_code == 200
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


class TestWho:
    @pytest.mark.parametrize("role", [OWNER, FRONT_DESK, PRACTITIONER])
    def test_those_who_have_to_do_with_patients_read_them(self, role: str) -> None:
        client = a_client(role)
        assert client.get(PAGE).status_code == 200
        for address in CSVS:
            assert client.get(address).status_code == 200

    @pytest.mark.parametrize("role", [EDITOR, ""])
    def test_nobody_else_does_and_the_refusal_is_written_down(self, role: str) -> None:
        client = a_client(role)
        for address in (PAGE, *CSVS):
            assert client.get(address).status_code == 403
        assert set(AccessLog.objects.values_list("action", flat=True)) == {"refused"}
        assert AccessLog.objects.count() == 1 + len(CSVS)

    def test_strangers_sign_in_first(self) -> None:
        for address in (PAGE, *CSVS):
            assert Client().get(address).status_code == 302

    def test_reading_and_taking_along_are_written_down(self) -> None:
        client = a_client(OWNER)
        client.get(PAGE)
        client.get(CSVS[0])
        entries = AccessLog.objects.order_by("action").values_list("action", "subject_type")
        assert list(entries) == [("export", "reports"), ("list", "reports")]

    def test_only_reading_is_possible(self) -> None:
        client = a_client(OWNER)
        for address in (PAGE, *CSVS):
            assert client.post(address).status_code == 405
        assert client.get(reverse("desk:report-sheet", args=["unknown"])).status_code == 404

    def test_practitioners_count_their_own_and_nobody_elses(self) -> None:
        member = a_member(PRACTITIONER)
        own, other = a_practitioner(user=member, name="Own"), a_practitioner(name="Other")
        mine = a_visit(practitioner=own, status=Status.NOSHOW)
        theirs = a_visit(practitioner=other)
        for each in (mine, theirs):
            answered(each, WEDNESDAY - HOUR)
        for key, count in (
            ("requests", (WEEK, 1, 1, 1, 0, 0, 0, 0)),
            ("time-to-answer", (WEEK, 1, 23.0, 23.0)),
            ("missed-by-weekday", ("Wednesday", 1, 1, 100.0)),
            ("hours", ("Own", 0.0, 40.0, 0.0)),
            ("articles", ("Without an article", "", 1, 1)),
        ):
            assert report(key, member).rows == [count]
        everybody = report("hours").rows
        assert [row[0] for row in everybody] == ["Other", "Own"]
        page = text_of(signed_in(member).get(PAGE))
        assert "Of your own patients and times." in page
        assert "Other" not in page.replace("Other times", "")

    def test_the_first_page_leads_here(self) -> None:
        assert PAGE in a_client(PRACTITIONER).get(reverse("admin:index")).content.decode()
        assert PAGE not in a_client(EDITOR).get(reverse("admin:index")).content.decode()


class TestPeriod:
    def test_by_itself_the_last_twelve_weeks_this_one_included(self) -> None:
        page = text_of(a_client(OWNER).get(PAGE))
        assert "March 30, 2026 to June 15, 2026." in page

    @pytest.mark.parametrize("query", NONSENSE)
    def test_nonsense_gets_a_message_and_no_report(self, query: dict[str, str]) -> None:
        client = a_client(OWNER)
        response = client.get(PAGE, query)
        assert response.status_code == 200
        assert 'role="alert"' in response.content.decode()
        assert 'class="chart"' not in response.content.decode()
        for address in CSVS:
            assert client.get(address, query).headers["Location"].startswith(PAGE)

    def test_the_message_says_what_to_do(self) -> None:
        client = a_client(OWNER)
        for query, message in zip(
            NONSENSE[1:4],
            (
                "Choose a day, or write it as 2026-03-31.",
                "The last day is the first day or a later one.",
                "Choose a day from 2000-01-01 to 2027-06-16.",
            ),
            strict=True,
        ):
            assert message in text_of(client.get(PAGE, query))
        long = {"first": "2020-01-01", "last": "2026-01-01"}
        assert "At most two years at once." in text_of(client.get(PAGE, long))

    @pytest.mark.parametrize("query", [{}, {"first": "", "last": ""}, {"other": "x"}])
    def test_nothing_said_is_the_usual(self, query: dict[str, str]) -> None:
        assert "March 30, 2026 to June 15, 2026." in text_of(a_client(OWNER).get(PAGE, query))

    def test_one_day_alone_is_completed(self) -> None:
        client = a_client(OWNER)
        since = text_of(client.get(PAGE, {"first": "2026-06-10"}))
        assert "June 10, 2026 to June 15, 2026." in since
        until = text_of(client.get(PAGE, {"last": "2026-01-08"}))
        assert "October 20, 2025 to January 8, 2026." in until
        assert client.get(PAGE, {"last": "2000-01-01"}).status_code == 200

    def test_the_longest_period_works(self) -> None:
        a_visit()
        query = {"first": "2025-06-15", "last": "2027-06-16"}
        client = a_client(OWNER)
        assert 'class="chart"' in client.get(PAGE, query).content.decode()
        for address in CSVS:
            assert client.get(address, query).status_code == 200

    def test_weeks_begin_on_monday_and_are_cut_at_the_ends(self) -> None:
        days = Days(date(2026, 6, 10), date(2026, 6, 16))
        assert the_period(days).weeks() == [
            Days(date(2026, 6, 10), date(2026, 6, 14)),
            Days(date(2026, 6, 15), date(2026, 6, 16)),
        ]

    def test_the_clinics_own_midnight_decides(self) -> None:
        """A week of 167 hours and one of 169: its ends are the wall's."""
        for monday, zone, hours in (
            (date(2026, 3, 2), NEW_YORK, 167),
            (date(2026, 10, 26), NEW_YORK, 169),
            (date(2026, 6, 8), NEW_YORK, 168),
        ):
            period = Period(Days(monday, monday + timedelta(days=6)), zone)
            assert (period.end - period.start.astimezone(UTC)) == hours * HOUR
            for moment in (period.start, period.end - timedelta(seconds=1)):
                assert period.week_of(moment) == period.days
        a_visit(sent_at=datetime(2026, 6, 15, 3, 59, tzinfo=UTC), at=WEDNESDAY)
        a_visit(sent_at=datetime(2026, 6, 15, 4, 0, tzinfo=UTC), at=WEDNESDAY)
        a_visit(sent_at=datetime(2026, 6, 8, 3, 59, tzinfo=UTC), at=WEDNESDAY)
        assert [row[1] for row in report("requests").rows] == [1]


class TestNumbers:
    def test_requests_and_what_they_were_answered(self) -> None:
        kinds = [
            (None, "staff"),
            (None, "staff"),
            (Reason.OTHER_TIMES_OFFERED, "staff"),
            (Reason.NOT_POSSIBLE, "staff"),
            (Reason.BY_CLINIC, "staff"),
            (Reason.NOT_ANSWERED, "system"),
            (Reason.BY_PATIENT, "patient"),
        ]
        for reason, actor in kinds:
            asked = a_visit(status=Status.CANCELLED if reason else Status.BOOKED)
            answered(asked, WEDNESDAY, reason, actor)
        a_visit(source="telephone")
        an_appointment(Status.HELD, WEDNESDAY)
        assert report("requests").rows == [(WEEK, 7, 5, 2, 1, 2, 1, 1)]
        sentence = report("requests").sentence
        assert sentence.startswith("7 requests came in and 5 answers went out.")

    def test_what_staff_removed_did_not_come_in(self) -> None:
        """A flood, a slip; but not a request of which only one time was a slip."""
        a_visit(status=Status.ENTERED_IN_ERROR)
        flood = a_visit(status=Status.CANCELLED, reason_code=Reason.OTHER_TIMES_OFFERED)
        for request in (flood.request, a_visit().request):
            an_appointment(Status.ENTERED_IN_ERROR, WEDNESDAY + HOUR, request=request)
        assert report("requests").rows[0][1] == 1
        assert report("articles").rows[0][2] == 1
        assert "does not count as a request" in text_of(a_client(OWNER).get(PAGE))

    def test_every_week_is_there_also_an_empty_one(self) -> None:
        a_visit()
        days = Days(date(2026, 5, 25), date(2026, 6, 14))
        assert [row[1] for row in report("requests", days=days).rows] == [0, 0, 1]
        assert [row[1:] for row in report("time-to-answer", days=days).rows] == [
            (0, None, None)
        ] * 3

    def test_time_to_answer_is_that_of_the_answers_of_the_week(self) -> None:
        for hours in range(1, 11):
            asked = a_visit(status=Status.PENDING, sent_at=WEDNESDAY - hours * HOUR)
            answered(asked, WEDNESDAY)
        expired = a_visit(status=Status.CANCELLED, sent_at=WEDNESDAY - 80 * HOUR)
        answered(expired, WEDNESDAY, Reason.NOT_ANSWERED, "system")
        found = report("time-to-answer")
        assert found.rows == [(WEEK, 10, 5.5, 9.0)]
        assert found.sentence == (
            "Half of the requests had their answer within 6 hours, nine of ten within 9 hours."
        )

    def test_an_answer_whose_request_is_gone_still_counts_as_one(self) -> None:
        gone = an_appointment(Status.BOOKED)
        answered(gone, WEDNESDAY)
        request = gone.request
        gone.delete()
        request.delete()
        assert report("requests").rows == [(WEEK, 0, 1, 1, 0, 0, 0, 0)]
        assert report("time-to-answer").rows == [(WEEK, 0, None, None)]

    def test_nine_of_ten(self) -> None:
        assert nine_of_ten([5]) == 5
        assert nine_of_ten([3, 1, 2]) == 3
        assert nine_of_ten(list(range(1, 21))) == 18

    def test_lead_time_counts_days_of_the_calendar(self) -> None:
        late = datetime(2026, 6, 9, 23, 30, tzinfo=NEW_YORK)
        for hours in (0, 1, 24, 24 * 13, 24 * 60):
            a_visit(at=WEDNESDAY + hours * HOUR, sent_at=late, status=Status.BOOKED)
        a_visit(sent_at=late, status=Status.CANCELLED)
        found = {row[0]: row[1] for row in report("lead-time").rows}
        assert found == {
            "Same day": 0,
            "1 to 2 days": 3,
            "3 to 6 days": 0,
            "1 to 2 weeks": 0,
            "2 to 4 weeks": 1,
            "Later": 1,
        }
        assert report("lead-time").sentence == (
            "Half of the visits were at most 2 days after the request, nine of ten at most 61 days."
        )

    def test_who_did_not_come_by_service_and_weekday(self) -> None:
        first, other = a_service(name_en="First"), a_service(name_en="Other")
        for status in (Status.NOSHOW, Status.FULFILLED, Status.BOOKED):
            a_visit(status=status, service=first)
        a_visit(WEDNESDAY - timedelta(days=1), status=Status.NOSHOW, service=other)
        a_visit(status=Status.CANCELLED, service=first)
        assert report("missed-by-service").rows == [("First", 3, 1, 33.3), ("Other", 1, 1, 100.0)]
        assert report("missed-by-weekday").rows == [
            ("Tuesday", 1, 1, 100.0),
            ("Wednesday", 3, 1, 33.3),
        ]

    def test_a_visit_to_come_was_not_missed(self) -> None:
        a_visit(datetime(2026, 6, 17, 10, tzinfo=NEW_YORK), Status.BOOKED)
        days = Days(date(2026, 6, 15), date(2026, 6, 21))
        found = report("missed-by-weekday", days=days)
        assert (found.rows, found.picture) == ([], None)

    def test_use_of_hours_takes_closures_off_and_who_did_not_come(self) -> None:
        service = a_service(duration=60)
        person = a_practitioner(service, name="Ana")
        Closure.objects.create(first_day=date(2026, 6, 8), last_day=date(2026, 6, 9))
        Closure.objects.create(
            practitioner=person,
            first_day=date(2026, 6, 10),
            last_day=date(2026, 6, 10),
            starts=time(15),
        )
        for hours, status in ((0, Status.FULFILLED), (1, Status.BOOKED), (2, Status.NOSHOW)):
            a_visit(WEDNESDAY + hours * HOUR, status, service=service, practitioner=person)
        assert report("hours").rows == [("Ana", 2.0, 22.0, 9.1)]

    def test_a_visit_that_was_completed_early_took_no_longer(self) -> None:
        half_an_hour = HOUR / 2
        a_visit(blocks_until=WEDNESDAY + half_an_hour)
        assert [row[1] for row in report("hours").rows] == [0.5]

    def test_hours_of_the_week_in_which_the_clock_changes(self) -> None:
        night = ((time(0), time(6)),)
        person = a_practitioner(hours=night, weekdays=[6], name="Ana")
        for sunday, hours in ((date(2026, 3, 8), 5), (date(2026, 11, 1), 7), (WEEK.last, 6)):
            days = Days(sunday, sunday)
            figures = Figures.read(a_member(OWNER), the_period(days), now=datetime.now(UTC))
            assert figures.hours == [Hours(person.name, timedelta(), hours * HOUR)]

    def test_who_has_left_keeps_their_visits(self) -> None:
        person = a_practitioner(name="Gone")
        a_visit(practitioner=person)
        Practitioner.objects.update(is_active=False)
        assert report("hours").rows == [("Gone", 0.5, 0.0, None)]

    def test_articles_that_lead_to_requests(self) -> None:
        article = an_article("Necks")
        a_visit(article=article, status=Status.CANCELLED)
        a_visit(article=article)
        a_visit()
        assert report("articles").rows == [
            ("Necks", "EN", 2, 1),
            ("Without an article", "", 1, 1),
        ]
        assert report("articles").sentence.startswith("2 requests of 3 began with an article.")


class TestPage:
    def test_each_report_is_a_picture_with_words_and_a_table(self) -> None:
        answered(a_visit(article=Article.objects.first()), WEDNESDAY)
        page = a_client(OWNER).get(PAGE, the_period().query).content.decode()
        pictures = re.findall(r"<svg class=\"chart\".*?</svg>", page, re.DOTALL)
        assert len(pictures) >= len(REPORTS) - 1
        for picture in pictures:
            assert 'role="img"' in picture
            named = re.search(r'aria-labelledby="(\S+) (\S+)"', picture)
            assert named
            for key in named.groups():
                assert f'id="{key}"' in picture
            assert "style=" not in picture
        for key in REPORTS:
            assert f'id="{key}"' in page
            assert reverse("desk:report-sheet", args=[key]) in page
        assert page.count("<table>") >= len(REPORTS) - 1

    def test_with_nothing_to_tell_it_says_so(self) -> None:
        page = text_of(a_client(OWNER).get(PAGE))
        for sentence in (
            "0 requests came in and 0 answers went out.",
            "No request was answered in these weeks.",
            "No request of this period came to a visit yet.",
            "Nobody has hours in this period.",
            "No visit was due in this period.",
            "No request came in.",
        ):
            assert sentence in page

    def test_no_patient_is_named_anywhere(self) -> None:
        patient = a_patient(
            full_name="Zelda Unique", email="zelda@unique.test", booked_by="Quentin"
        )
        visit = a_visit(patient=patient, status=Status.NOSHOW)
        answered(visit, WEDNESDAY)
        client = a_client(OWNER)
        texts = [client.get(PAGE, the_period().query).content.decode()]
        texts += [client.get(each, the_period().query).content.decode() for each in CSVS]
        for text in texts:
            for private in ("Zelda", "unique.test", "Quentin", visit.request.reference):
                assert private not in text
            assert str(patient.pk) not in text

    @pytest.mark.parametrize("role", [OWNER, PRACTITIONER])
    def test_the_queries_do_not_grow(self, role: str) -> None:
        member = a_member(role)
        client, own = signed_in(member), a_practitioner(user=member)

        def look() -> None:
            assert client.get(PAGE).status_code == 200

        services = [a_service() for _ in range(3)]
        answered(a_visit(service=services[0], practitioner=own), WEDNESDAY)
        few = count_queries(look)
        for number in range(12):
            at = WEDNESDAY - timedelta(days=number)
            visit = a_visit(at, service=services[number % 3], practitioner=a_practitioner())
            answered(visit, at - HOUR)
            if number:
                a_visit(at, practitioner=own)
        assert count_queries(look) <= few <= MOST_QUERIES

    def test_a_hostile_name_is_inert(self) -> None:
        hostile = "=1+1</text><script>alert('x')</script>\u202e\x0b" + "y" * 100
        service = Service.objects.create(slug="hostile", name_en=hostile[:128], duration=30)
        person = a_practitioner(service, name=hostile[:128])
        article = an_article(hostile[:128])
        a_visit(service=service, practitioner=person, article=article)
        client = a_client(OWNER)
        page = client.get(PAGE, the_period().query).content.decode()
        assert "<script>alert" not in page
        for key in ("hours", "missed-by-service", "articles"):
            assert sheet(client, key)[1][0] == f"'{hostile[:128]}"


class TestSheets:
    def test_a_sheet_says_days_and_numbers_for_programs(self) -> None:
        answered(a_visit(), WEDNESDAY)
        client = a_client(OWNER)
        assert sheet(client, "time-to-answer") == [
            ["From", "To", "Answers", "Half within, hours", "Nine of ten within, hours"],
            ["2026-06-08", "2026-06-14", "1", "24.0", "24.0"],
        ]
        response = client.get(CSVS[0], the_period().query)
        assert response.content.startswith(b"\xef\xbb\xbf")
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert "no-store" in response.headers["Cache-Control"]
        assert response.headers["Content-Disposition"] == (
            'attachment; filename="requests-2026-06-08-to-2026-06-14.csv"'
        )

    @pytest.mark.parametrize(
        "text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "＝1"]
    )
    def test_no_cell_is_a_formula(self, text: str) -> None:
        assert plain(text) == f"'{text}"

    def test_what_is_harmless_stays_as_it_is(self) -> None:
        for value, written in (
            ("Ana, “PT”", "Ana, “PT”"),
            ("1 to 2 days", "1 to 2 days"),
            ("a\x00b", "ab"),
            ("\x00=1", "'=1"),
            (None, ""),
            (0, "0"),
            (33.3, "33.3"),
            (date(2026, 6, 8), "2026-06-08"),
        ):
            assert plain(value) == written
