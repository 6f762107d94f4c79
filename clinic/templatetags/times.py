"""Times in templates; datetimes are given in the zone they are to be shown in."""

from datetime import date, datetime, time, tzinfo

from django import template

from clinic import times

register = template.Library()


@register.filter
def clock(at: time | datetime) -> str:
    return times.clock(at)


@register.filter
def day(on: date) -> str:
    return times.day(on)


@register.filter
def weekday(on: date) -> str:
    return times.weekday(on)


@register.filter
def moment(at: datetime, zone: tzinfo) -> str:
    return times.moment(at, zone)


@register.filter
def month_day(on: date) -> str:
    return times.month_day(on)


@register.filter
def weekday_name(on: date) -> str:
    return times.weekday_name(on)


@register.filter
def zone_name(zone: tzinfo) -> str:
    return times.zone_name(zone)
