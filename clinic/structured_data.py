"""What search engines are told, in schema.org's words: only what is known and true."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from clinic import memory
from clinic.directory import OpenDay, directory
from clinic.models import Location, Practitioner
from clinic.pages import Crumb, JsonLd, Picture

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


def image(picture: Picture) -> JsonLd:
    return {"@type": "ImageObject", "url": absolute(picture.path), "caption": picture.alt}


def clinic_reference() -> JsonLd:
    """The clinic, named; the home page says the rest."""
    return {"@type": "MedicalClinic", "@id": clinic_id(), "name": memory.the_clinic().name}


def site_reference() -> JsonLd:
    name = memory.the_clinic().name
    return {"@type": "WebSite", "@id": absolute("/#site"), "name": name, "url": absolute("/")}


def web_site() -> JsonLd:
    """The site and its search."""
    target = f"{absolute(reverse('search'))}?q={{search_term_string}}"
    return {
        "@context": CONTEXT,
        **site_reference(),
        "inLanguage": [code for code, _name in settings.LANGUAGES],
        "publisher": clinic_reference(),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": target},
            "query-input": "required name=search_term_string",
        },
    }


def medical_clinic(
    location: Location | None = None,
    days: list[OpenDay] | None = None,
    *,
    picture: Picture | None = None,
) -> JsonLd:
    clinic = memory.the_clinic()
    data: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "MedicalClinic",
        "@id": clinic_id(),
        "name": clinic.name,
        "description": clinic.about,
        "url": absolute(reverse("home")),
        "telephone": str(clinic.telephone.as_e164),
        "medicalSpecialty": f"{CONTEXT}/{clinic.specialty}" if clinic.specialty else None,
        "logo": absolute(clinic.picture.src) if clinic.picture else None,
        "image": image(picture) if picture else None,
        "availableService": [
            without_gaps(
                {"@type": "MedicalTherapy", "name": service.name, "description": service.summary}
            )
            for service in directory().services
        ],
    }
    if location:
        data["address"] = address(location)
        if days and not directory().hours_are_examples(location):
            data["openingHoursSpecification"] = opening_hours(days)
    return without_gaps(data)


def practitioner(known: Practitioner) -> JsonLd:
    return without_gaps(
        {
            "@type": "Person",
            "@id": f"{absolute(known.get_absolute_url())}#person",
            "name": known.name,
            "honorificSuffix": known.credentials,
            "jobTitle": known.role,
            "image": absolute(known.picture.src) if known.picture else None,
            "hasCredential": without_gaps(
                {
                    "@type": "EducationalOccupationalCredential",
                    "credentialCategory": "license",
                    "name": known.licence,
                }
            )
            if known.licence
            else None,
            "url": absolute(known.get_absolute_url()) if known.is_active else None,
            "worksFor": clinic_reference() if known.is_active else None,
        }
    )


def person(known: Practitioner) -> JsonLd | None:
    """Nothing about an example: there is no such person."""
    if known.is_example:
        return None
    languages = {"knowsLanguage": known.languages}
    return without_gaps({"@context": CONTEXT, **practitioner(known), **languages})


def breadcrumbs(trail: list[Crumb], title: str, path: str) -> JsonLd:
    steps = [(str(crumb.name), crumb.path) for crumb in trail] + [(title, path)]
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": n,
                "name": name,
                "item": {"@type": "WebPage", "@id": absolute(step)},
            }
            for n, (name, step) in enumerate(steps, start=1)
        ],
    }
