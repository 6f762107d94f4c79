"""Every address of the site and who may open it: the table that test_every_route.py walks.

A new route is named here, or the test fails. A page of the staff names the roles that get in,
for looking (GET) and for doing (POST); everybody else is refused.
"""

from dataclasses import dataclass, field

from clinic.models import LegalPage
from clinic.roles import EDITOR, FRONT_DESK, OWNER, PRACTITIONER, REVIEWER

NOBODY: frozenset[str] = frozenset()
NO_ROLE = "staff without a role"
PATIENTS = frozenset({OWNER, FRONT_DESK, PRACTITIONER})
DESK = frozenset({OWNER, FRONT_DESK})
OWNERS = frozenset({OWNER})
WRITERS = frozenset({OWNER, EDITOR})
READERS = frozenset({OWNER, EDITOR, REVIEWER})
EVERYBODY = frozenset({NO_ROLE, OWNER, FRONT_DESK, PRACTITIONER, EDITOR, REVIEWER})


@dataclass(frozen=True)
class Route:
    """A page of the staff; `keys` fills its address, from what the test has built."""

    get: frozenset[str] | None  # None: there is no such method
    post: frozenset[str] | None
    keys: tuple[str, ...] = ()
    query: dict[str, str] = field(default_factory=dict)


# What a stranger may ask for without signing in; that is all there is outside of the admin.
PUBLIC = {
    *("robots", "healthz", "calendar-feed", "sitemap", "feed", "picture", "points-sheet"),
    *("home", "team", "practitioner", "visit", "brand-sheet", "brand-icon"),
    *LegalPage.Key.values,
    *("articles", "article", "topics", "topic", "points", "point-region", "point", "search"),
    *("site-picture", "article-picture"),
    *("book", "book-safety", "book-time", "book-details", "book-check", "book-done"),
    *("lost-link", "appointment", "appointment-calendar", "appointment-cancel"),
    *("appointment-move", "appointment-attend", "appointment-accept", "appointment-decline"),
}
# Where one signs in, or cannot yet.
DOORS = {"admin:login", "admin:forgotten_password", "admin:set_password"}

STAFF: dict[str, Route] = {
    "desk:confirm": Route(None, PATIENTS, ("appointment",)),
    "desk:decline": Route(PATIENTS, PATIENTS, ("appointment",)),
    "desk:cancel": Route(PATIENTS, PATIENTS, ("appointment",)),
    "desk:cancel-visit": Route(PATIENTS, PATIENTS, ("appointment",)),
    "desk:offer": Route(PATIENTS, PATIENTS, ("appointment",)),
    "desk:move": Route(PATIENTS, PATIENTS, ("appointment",)),
    "desk:no-other-time": Route(None, PATIENTS, ("appointment",)),
    "desk:note": Route(PATIENTS, PATIENTS, ("appointment",)),
    "desk:remove": Route(PATIENTS, PATIENTS, ("appointment",)),
    "desk:remove-sender": Route(DESK, DESK, ("appointment",)),
    "desk:arrive": Route(None, PATIENTS, ("appointment",)),
    "desk:complete": Route(None, PATIENTS, ("appointment",)),
    "desk:no-show": Route(None, PATIENTS, ("appointment",)),
    "desk:take-back": Route(None, PATIENTS, ("appointment",)),
    "desk:confirm-several": Route(None, PATIENTS),
    "desk:book": Route(DESK, DESK),
    "desk:book-visit": Route(DESK, DESK),
    "desk:calendar": Route(PATIENTS, None),
    "desk:calendar-week": Route(PATIENTS, None),
    "desk:wording-preview": Route(None, OWNERS),
    "desk:reports": Route(PATIENTS, None),
    "desk:report-sheet": Route(PATIENTS, None, ("report",)),
    "desk:server": Route(OWNERS, None),
    "desk:put-setup-away": Route(None, OWNERS),
    "desk:show-setup": Route(None, OWNERS),
    "desk:patients": Route(PATIENTS, None),
    "desk:doubles": Route(DESK, None),
    "desk:patient": Route(PATIENTS, None, ("patient",)),
    "desk:correct-patient": Route(DESK, DESK, ("patient",)),
    "desk:patient-note": Route(PATIENTS, PATIENTS, ("patient",)),
    "desk:compare": Route(DESK, DESK, ("patient", "another_patient")),
    "desk:undo-merge": Route(DESK, DESK, ("patient",)),
    "desk:patient-record": Route(DESK, None, ("patient",)),
    "desk:patient-export": Route(DESK, None, ("patient",)),
    "desk:hold-patient": Route(OWNERS, OWNERS, ("patient",)),
    "desk:erase-patient": Route(OWNERS, OWNERS, ("patient",)),
    "desk:feed": Route(PATIENTS, None),
    "desk:renew-feed": Route(PATIENTS, PATIENTS, ("practitioner",)),
    "desk:called": Route(None, DESK, ("message",)),
    "desk:send-again": Route(None, DESK, ("message",)),
    "styleguide": Route(EVERYBODY, None),
    "styleguide-theme": Route(EVERYBODY, None, ("scheme",)),
    "admin:index": Route(EVERYBODY, EVERYBODY),
    "admin:logout": Route(None, EVERYBODY),
    "admin:second_factor": Route(EVERYBODY, EVERYBODY),
    "admin:second_factor_set_up": Route(EVERYBODY, EVERYBODY),
    "admin:password_change": Route(EVERYBODY, EVERYBODY),
    "admin:password_change_done": Route(EVERYBODY, None),
    "admin:jsi18n": Route(EVERYBODY, None),
    "admin:view_on_site": Route(EVERYBODY, EVERYBODY, ("content_type", "article")),
    "admin:autocomplete": Route(
        READERS,
        None,
        query={"app_label": "content", "model_name": "pointsblock", "field_name": "points"},
    ),
    "admin:content_article_preview_new": Route(None, WRITERS),
    "admin:content_article_preview": Route(READERS, READERS, ("article",)),
    "admin:content_article_versions": Route(READERS, None, ("article",)),
    "admin:content_article_compare": Route(READERS, None, ("article",), {"old": "1", "new": "now"}),
    "admin:content_article_version": Route(READERS, None, ("article", "article_version")),
    "admin:content_article_bring_back": Route(None, WRITERS, ("article", "article_version")),
    "admin:clinic_user_send_link": Route(None, OWNERS, ("user",)),
    "admin:clinic_user_reset_second_factor": Route(OWNERS, OWNERS, ("user",)),
}

# Who may view, add, change and delete the rows of a model on the admin's own pages.
MODELS: dict[str, tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]] = {
    "booking_patient": (PATIENTS, NOBODY, DESK, NOBODY),
    "booking_appointmentrequest": (PATIENTS, NOBODY, NOBODY, NOBODY),
    "booking_appointment": (PATIENTS, NOBODY, NOBODY, NOBODY),
    "booking_appointmentevent": (OWNERS, NOBODY, NOBODY, NOBODY),
    "booking_message": (DESK, NOBODY, NOBODY, NOBODY),
    "booking_wording": (OWNERS, OWNERS, OWNERS, OWNERS),
    "content_article": (READERS, WRITERS, READERS, WRITERS),
    "content_pressurepoint": (READERS, WRITERS, WRITERS, WRITERS),
    "content_topic": (READERS, WRITERS, WRITERS, WRITERS),
    "content_redflag": (READERS, WRITERS, WRITERS, WRITERS),
    "content_caution": (READERS, WRITERS, WRITERS, WRITERS),
    "content_reference": (READERS, WRITERS, WRITERS, WRITERS),
    "clinic_user": (OWNERS, OWNERS, OWNERS, NOBODY),
    "clinic_clinic": (OWNERS, NOBODY, OWNERS, NOBODY),
    "clinic_languagenotice": (OWNERS, OWNERS, OWNERS, OWNERS),
    "clinic_legalpage": (OWNERS, NOBODY, OWNERS, NOBODY),
    "clinic_legalpageversion": (OWNERS, NOBODY, NOBODY, NOBODY),
    "clinic_location": (DESK, OWNERS, OWNERS, NOBODY),
    "clinic_practitioner": (DESK, OWNERS, OWNERS, NOBODY),
    "clinic_service": (DESK, OWNERS, OWNERS, NOBODY),
    "clinic_closure": (PATIENTS, DESK, DESK, DESK),
    "clinic_accesslog": (OWNERS, NOBODY, NOBODY, NOBODY),
    "axes_accessattempt": (OWNERS, NOBODY, NOBODY, OWNERS),
    "axes_accesslog": (NOBODY, NOBODY, NOBODY, NOBODY),
    "axes_accessfailurelog": (NOBODY, NOBODY, NOBODY, NOBODY),
}


def routes_of_a_model(name: str) -> dict[str, Route]:
    """The five pages that Django makes for it."""
    view, add, change, delete = MODELS[name]
    key = (name.partition("_")[2],)
    return {
        f"admin:{name}_changelist": Route(view, view),
        f"admin:{name}_add": Route(add, add),
        f"admin:{name}_change": Route(view, change, key),
        f"admin:{name}_delete": Route(delete, delete, key),
        f"admin:{name}_history": Route(view, view, key),
    }


def staff_routes() -> dict[str, Route]:
    routes = dict(STAFF)
    for name in MODELS:
        routes |= routes_of_a_model(name)
    return routes
