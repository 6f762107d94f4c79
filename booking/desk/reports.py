"""The reports: what each says, its table and its picture. The numbers come from figures.py."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from statistics import median

from django.utils.safestring import SafeString

from booking.desk import charts
from booking.desk.charts import Bar, Caption, Series
from booking.desk.figures import CONFIRMED, DECLINED, LATE, OFFERED, Figures, Visit
from booking.desk.period import Days, is_part
from booking.models import AppointmentRequest, Status
from clinic.models import Weekday

Cell = Days | str | int | float | None
Row = tuple[Cell, ...]
Source = AppointmentRequest.Source

WEEK = "Week"
HOUR = timedelta(hours=1)
ANSWERS = (CONFIRMED, OFFERED, DECLINED)
# From the request to the visit: what it is called, and the most days.
LEADS = {
    "Same day": 0,
    "1 to 2 days": 2,
    "3 to 6 days": 6,
    "1 to 2 weeks": 13,
    "2 to 4 weeks": 27,
    "Later": 100_000,
}
MOST_BARS = 10
NO_ARTICLE = "Without an article"


@dataclass(frozen=True)
class Report:
    """A sentence, a table and its picture; without a picture there is nothing to draw."""

    key: str
    title: str
    sentence: str
    head: tuple[str, ...]
    rows: list[Row]
    picture: SafeString | None

    @property
    def sheet_head(self) -> list[str]:
        """A week takes two columns there, so that its days can be sorted by."""
        return [
            name for each in self.head for name in (("From", "To") if each == WEEK else (each,))
        ]

    @property
    def sheet_rows(self) -> list[list[object]]:
        return [[part for cell in row for part in _columns(cell)] for row in self.rows]


def _columns(cell: Cell) -> tuple[object, ...]:
    return (cell.first, cell.last) if isinstance(cell, Days) else (cell,)


def share(part: float, whole: float) -> float | None:
    """In percent."""
    return round(100 * part / whole, 1) if whole else None


def percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f}%"


def many(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def nine_of_ten(values: Sequence[float]) -> float:
    """The least value that nine of ten do not exceed."""
    return sorted(values)[ceil(len(values) * 0.9) - 1]


def hours_in_words(hours: float) -> str:
    """“40 minutes”, “6 hours”, “3 days”: as exact as anybody wants to know it."""
    if hours < 2:
        return many(round(hours * 60), "minute")
    return many(round(hours), "hour") if hours < 72 else many(round(hours / 24), "day")


def week_names(weeks: Iterable[Days]) -> list[str]:
    return [f"{week.first:%b} {week.first.day}" for week in weeks]


def requests_and_answers(figures: Figures) -> Report:
    weeks, week_of = figures.period.weeks(), figures.period.week_of
    asked = Counter((week_of(each.sent_at), each.source) for each in figures.asked)
    answered = Counter((week_of(each.at), each.kind) for each in figures.answers)
    sent = [asked[week, Source.WEB] for week in weeks]
    given = [sum(answered[week, kind] for kind in ANSWERS) for week in weeks]
    late = [answered[week, LATE] for week in weeks]
    calls = [asked[week, Source.TELEPHONE] for week in weeks]
    kinds = [[answered[week, kind] for kind in ANSWERS] for week in weeks]
    rows: list[Row] = [
        (week, sent[at], given[at], *kinds[at], late[at], calls[at])
        for at, week in enumerate(weeks)
    ]
    sentence = (
        f"{many(sum(sent), 'request')} came in and {many(sum(given), 'answer')} went out. "
        f"Not answered in time: {sum(late)}. Booked on the telephone besides: {sum(calls)}."
    )
    picture = charts.weeks(
        Caption("requests", "Requests and answers per week", sentence),
        week_names(weeks),
        Series("requests", sent),
        Series("answers", given),
        [is_part(week) for week in weeks],
    )
    answers = ("Answers", "Confirmed", "Other times offered", "Declined")
    return Report(
        key="requests",
        title="Requests and answers",
        sentence=sentence,
        head=(WEEK, "Requests", *answers, "No answer in time", "By phone"),
        rows=rows,
        picture=picture if any(sent) or any(given) else None,
    )


def time_to_answer(figures: Figures) -> Report:
    """Of the answers given in each week: how long their requests had waited."""
    waits: dict[Days, list[float]] = {week: [] for week in figures.period.weeks()}
    for answer in figures.answers:
        if answer.kind in ANSWERS and answer.waited is not None:
            waits[figures.period.week_of(answer.at)].append(answer.waited / HOUR)
    middle = [median(hours) if hours else None for hours in waits.values()]
    most = [nine_of_ten(hours) if hours else None for hours in waits.values()]
    rows: list[Row] = [
        (week, len(hours), half and round(half, 1), nine and round(nine, 1))
        for (week, hours), half, nine in zip(waits.items(), middle, most, strict=True)
    ]
    every = [hour for hours in waits.values() for hour in hours]
    sentence = "No request was answered in these weeks."
    if every:
        sentence = (
            f"Half of the requests had their answer within {hours_in_words(median(every))}, "
            f"nine of ten within {hours_in_words(nine_of_ten(every))}."
        )
    picture = charts.ranges(
        Caption("time-to-answer", "Time to answer per week", sentence),
        week_names(waits),
        Series("half", middle),
        Series("nine of ten", most),
        "h",
    )
    return Report(
        key="time-to-answer",
        title="Time to answer",
        sentence=sentence,
        head=(WEEK, "Answers", "Half within, hours", "Nine of ten within, hours"),
        rows=rows,
        picture=picture if every else None,
    )


def lead_time(figures: Figures) -> Report:
    """Of the requests of the period that came to a visit: how many days ahead it was."""
    zone = figures.period.zone
    dates = [
        (each.sent_at.astimezone(zone).date(), each.visit.astimezone(zone).date())
        for each in figures.asked
        if each.visit
    ]
    ahead = [max((visit - asked).days, 0) for asked, visit in dates]
    found = Counter(next(name for name, most in LEADS.items() if days <= most) for days in ahead)
    sentence = "No request of this period came to a visit yet."
    if ahead:
        sentence = (
            f"Half of the visits were at most {many(round(median(ahead)), 'day')} after the "
            f"request, nine of ten at most {many(round(nine_of_ten(ahead)), 'day')}."
        )
    caption = Caption("lead-time", "Days from the request to the visit", sentence)
    bars = [Bar(name, found[name], str(found[name])) for name in LEADS]
    return Report(
        key="lead-time",
        title="From the request to the visit",
        sentence=sentence,
        head=("Days ahead", "Visits", "Share, %"),
        rows=[(name, found[name], share(found[name], len(ahead))) for name in LEADS],
        picture=charts.bars(caption, bars) if ahead else None,
    )


def hours_used(figures: Figures) -> Report:
    people = figures.hours
    booked = sum((each.booked for each in people), timedelta())
    there = sum((each.open for each in people), timedelta())
    sentence = "Nobody has hours in this period."
    if there:
        sentence = (
            f"Visits take {percent(booked / HOUR, there / HOUR)} of the open hours. "
            "Pauses between visits do not count, nor do visits that nobody came to."
        )
    caption = Caption("hours", "Use of the practitioners’ hours", sentence)
    bars = [
        Bar(
            each.name,
            each.booked / each.open if each.open else 0.0,
            f"{each.booked / HOUR:.0f} of {each.open / HOUR:.0f} hours"
            + (f", {percent(each.booked / HOUR, each.open / HOUR)}" if each.open else ""),
        )
        for each in people
    ]
    rows: list[Row] = [
        (
            each.name,
            round(each.booked / HOUR, 1),
            round(each.open / HOUR, 1),
            share(each.booked / HOUR, each.open / HOUR),
        )
        for each in people
    ]
    return Report(
        key="hours",
        title="Use of the hours",
        sentence=sentence,
        head=("Practitioner", "Visits, hours", "Open, hours", "Share, %"),
        rows=rows,
        picture=charts.bars(caption, bars, whole=1) if people else None,
    )


def missed(
    figures: Figures, key: str, by: str, names: Iterable[str], name_of: Callable[[Visit], str]
) -> Report:
    """Who did not come, of the visits whose time has come."""
    past = [visit for visit in figures.visits if visit.starts_at <= figures.now]
    visits = Counter(name_of(visit) for visit in past)
    gone = Counter(name_of(visit) for visit in past if visit.status == Status.NOSHOW)
    named = [name for name in names if visits[name]]
    total, sentence = sum(gone.values()), "No visit was due in this period."
    if past:
        sentence = (
            f"In {total} of {many(len(past), 'visit')} the patient did not come "
            f"({percent(total, len(past))})."
        )
    caption = Caption(key, f"Did not come, by {by}", sentence)
    bars = [
        Bar(
            name,
            gone[name] / visits[name],
            f"{gone[name]} of {visits[name]}, {percent(gone[name], visits[name])}",
        )
        for name in named
    ]
    return Report(
        key=key,
        title=f"Did not come, by {by}",
        sentence=sentence,
        head=(by.capitalize(), "Visits", "Did not come", "Share, %"),
        rows=[(name, visits[name], gone[name], share(gone[name], visits[name])) for name in named],
        picture=charts.bars(caption, bars) if named else None,
    )


def missed_by_service(figures: Figures) -> Report:
    names = sorted({visit.service for visit in figures.visits})
    return missed(figures, "missed-by-service", "service", names, lambda visit: visit.service)


def missed_by_weekday(figures: Figures) -> Report:
    names = [str(day.label) for day in Weekday]
    return missed(
        figures, "missed-by-weekday", "weekday", names, lambda visit: names[visit.weekday]
    )


def articles(figures: Figures) -> Report:
    """The article travels with the booking itself, in its address: no cookie counts readers."""
    asked: Counter[tuple[str, str]] = Counter()
    came: Counter[tuple[str, str]] = Counter()
    for each in figures.asked:
        article = (each.article or NO_ARTICLE, (each.language or "").upper())
        asked[article] += 1
        came[article] += each.visit is not None
    from_articles = sum(count for (title, _lang), count in asked.items() if title != NO_ARTICLE)
    sentence = "No request came in."
    if asked:
        sentence = (
            f"{many(from_articles, 'request')} of {asked.total()} began with an article. "
            "It is counted by the booking itself; readers get no cookie."
        )
    most = [(article, count) for article, count in asked.most_common() if article[0] != NO_ARTICLE]
    bars = [
        Bar(
            f"{title} ({language})" if language != "EN" else title,
            count,
            f"{count}, {came[title, language]} with a visit",
        )
        for (title, language), count in most[:MOST_BARS]
    ]
    caption = Caption("articles", "Articles that lead to requests", sentence)
    return Report(
        key="articles",
        title="Articles that lead to requests",
        sentence=sentence,
        head=("Article", "Language", "Requests", "Came to a visit"),
        rows=[(*article, count, came[article]) for article, count in asked.most_common()],
        picture=charts.bars(caption, bars) if bars else None,
    )


REPORTS: dict[str, Callable[[Figures], Report]] = {
    "requests": requests_and_answers,
    "time-to-answer": time_to_answer,
    "lead-time": lead_time,
    "hours": hours_used,
    "missed-by-service": missed_by_service,
    "missed-by-weekday": missed_by_weekday,
    "articles": articles,
}
