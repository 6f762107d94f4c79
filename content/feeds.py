"""The newest articles as an Atom feed, one for each language."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clinic import memory
from clinic.page_cache import public_page
from clinic.structured_data import absolute
from content.library import library

MOST_ENTRIES = 30


@public_page
def articles(request: HttpRequest) -> HttpResponse:
    language = get_language()
    feed = Atom1Feed(
        title=_("%(clinic)s: articles") % {"clinic": memory.the_clinic().name},
        link=absolute(reverse("articles")),
        description=None,
        language=language,
        feed_url=absolute(reverse("feed")),
    )
    for piece in library().articles(language, now=timezone.now())[:MOST_ENTRIES]:
        row = piece.row
        feed.add_item(
            title=row.title,
            link=absolute(row.get_absolute_url()),
            description=escape(row.lead),  # feed readers take it for HTML
            author_name=row.author,
            pubdate=piece.published_at,
            updateddate=piece.changed_at,
            categories=[topic.name for topic in piece.topics],
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=Atom1Feed.content_type)
