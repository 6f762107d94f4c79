"""The buttons of an article's page: what each does, who may press it, and when it is there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clinic.models import User
from content import publishing
from content.models import Article
from content.timeline import Timeline, coming, current

type Answers = Mapping[str, Any]

CHANGE, PUBLISH = "content.change_article", "content.publish_article"
REVIEW = "content.review_article"


@dataclass(frozen=True)
class Act:
    permission: str
    done: str
    run: Callable[[int, User, datetime, Answers], object]


ACTS: dict[str, Act] = {
    "send_to_review": Act(
        CHANGE,
        "Sent to review. It stands on the first page of those who review.",
        lambda key, by, now, _given: publishing.send_to_review(article_id=key, by=by, now=now),
    ),
    "send_back": Act(
        REVIEW,
        "Sent back, with your note.",
        lambda key, by, now, given: publishing.send_back(
            article_id=key, note=given["note"], by=by, now=now
        ),
    ),
    "sign": Act(
        REVIEW,
        "Signed. Readers see it once it is published.",
        lambda key, by, now, given: publishing.sign(
            article_id=key, due_on=given["next_review"], by=by, now=now
        ),
    ),
    "sign_translation": Act(
        CHANGE,
        "Translation signed. Readers see it once it is published.",
        lambda key, by, now, _given: publishing.sign_translation(article_id=key, by=by, now=now),
    ),
    "publish": Act(
        PUBLISH,
        "Published. Readers see it within about a second.",
        lambda key, by, now, _given: publishing.publish(article_id=key, by=by, now=now),
    ),
    "schedule": Act(
        PUBLISH,
        "Publication scheduled.",
        lambda key, by, now, given: publishing.publish(
            article_id=key, by=by, now=now, at=given["publish_at"]
        ),
    ),
    "withdraw": Act(
        PUBLISH,
        "Withdrawn. Readers see it no more.",
        lambda key, by, now, _given: publishing.withdraw(article_id=key, by=by, now=now),
    ),
    "schedule_withdrawal": Act(
        PUBLISH,
        "Withdrawal scheduled.",
        lambda key, by, now, given: publishing.withdraw(
            article_id=key, by=by, now=now, at=given["withdraw_at"]
        ),
    ),
    "call_off": Act(
        PUBLISH,
        "Called off. What readers see now stays.",
        lambda key, by, now, _given: publishing.call_off(article_id=key, by=by, now=now),
    ),
}


def offered(article: Article, shown: Timeline, user: User, *, now: datetime) -> set[str]:
    """The buttons that make sense now, for this person."""
    on, waiting = current(shown, now), coming(shown, now)
    in_review = article.status == Article.Status.IN_REVIEW
    makes_sense = {
        "send_to_review": not in_review,
        "send_back": in_review,
        "sign": publishing.signer(user) is not None,
        "sign_translation": article.language != Article.Language.ENGLISH,
        # Also where nothing was changed yet: what is typed on the page is saved first.
        "publish": not waiting,
        "schedule": not waiting,
        "withdraw": bool(on) and not waiting,
        "schedule_withdrawal": bool(on and not on.ends) and not waiting,
        "call_off": bool(waiting or (on and on.ends)),
    }
    return {
        name
        for name, sense in makes_sense.items()
        if sense and user.has_perm(ACTS[name].permission)
    }


def said_of_readers(shown: Timeline, numbers: Mapping[int, int], *, now: datetime) -> list[str]:
    """What readers see now, and what they will see, in sentences."""
    on, waiting, said = current(shown, now), coming(shown, now), publishing.said
    sentences = []
    if on:
        sentences.append(f"Readers see version {numbers[on.version]}, since {said(on.starts)}.")
        if on.ends and not waiting:
            sentences.append(f"It is withdrawn on {said(on.ends)}.")
    elif over := [each for each in shown if each.is_over(now)]:
        assert over[-1].ends
        sentences.append(f"Readers do not see it: it was withdrawn on {said(over[-1].ends)}.")
    else:
        sentences.append("Readers do not see it yet.")
    if waiting:
        sentences.append(
            f"Version {numbers[waiting.version]} is published on {said(waiting.starts)}."
        )
    return sentences
