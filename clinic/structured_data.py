"""What search engines are told, in schema.org's words: only what is known and true."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from clinic import memory
from clinic.directory import OpenDay, directory
from clinic.models import Location, Practitioner
from clinic.pages import Crumb, JsonLd

CONTEXT = "https://schema.org"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def clinic_id() -> str:
    return absolute("/#clinic")


def without_gaps(data: JsonLd) -> JsonLd:
    """Leave out what is not known instead of saying that it is empty."""
    return {name: value for name, value in data.items() if value not in ("", None, [], {})}


def address(location: Location) -> JsonLd | None:
    if not location.street:
        return None
    return without_gaps(
        {
            "@type": "PostalAddress",
            "streetAddress": location.street,
            "addressLocality": location.city,
            "addressRegion": location.state,
            "postalCode": location.postal_code,
        }
    )


def opening_hours(days: list[OpenDay]) -> list[JsonLd]:
    return [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": DAYS[day.number],
            "opens": f"{opens:%H:%M}",
            "closes": f"{closes:%H:%M}",
        }
        for day in days
        for opens, closes in day.hours
    ]


def medical_clinic(location: Location | None = None, days: list[OpenDay] | None = None) -> JsonLd:
    clinic = memory.the_clinic()
    data: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "MedicalClinic",
        "@id": clinic_id(),
        "name": clinic.name,
        "description": clinic.about,
        "url": absolute(reverse("home")),
        "telephone": str(clinic.telephone.as_e164),
        "logo": absolute(clinic.picture.src) if clinic.picture else "",
        "availableService": [
            {"@type": "MedicalTherapy", "name": service.name} for service in directory().services
        ],
    }
    if location:
        data["address"] = address(location)
        if days and not directory().hours_are_examples(location):
            data["openingHoursSpecification"] = opening_hours(days)
    return without_gaps(data)


def person(practitioner: Practitioner) -> JsonLd | None:
    """Nothing about an example: there is no such person."""
    if practitioner.is_example:
        return None
    return without_gaps(
        {
            "@context": CONTEXT,
            "@type": "Person",
            "name": practitioner.name,
            "honorificSuffix": practitioner.credentials,
            "jobTitle": practitioner.role,
            "image": absolute(practitioner.picture.src) if practitioner.picture else "",
            "url": absolute(practitioner.get_absolute_url()),
            "worksFor": {"@id": clinic_id()},
        }
    )


def breadcrumbs(trail: list[Crumb], title: str, path: str) -> JsonLd:
    steps = [(str(crumb.name), crumb.path) for crumb in trail] + [(title, path)]
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": n, "name": name, "item": absolute(step)}
            for n, (name, step) in enumerate(steps, start=1)
        ],
    }
