"""Is everything alive: for whoever watches the site from outside."""

from datetime import timedelta

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from booking.models.messages import Heartbeat, Message
from clinic.models import StaffMail

WORKER_SILENT_AFTER = timedelta(minutes=2)
MESSAGE_OVERDUE_AFTER = timedelta(minutes=30)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The database, the worker's heartbeat, the oldest unsent mail to patients, desk and staff;
    503 if one is amiss.
    """
    now = timezone.now()
    try:
        heartbeat = Heartbeat.objects.filter(name="worker").first()
        oldest = (
            Message.objects.unsent()
            .filter(channel=Message.Channel.EMAIL)
            .order_by("created_at")
            .first()
        )
        oldest_mail = StaffMail.objects.order_by("asked_at").defer("email").first()
    except DatabaseError:
        return JsonResponse({"database": "away"}, status=503)
    silent = (now - heartbeat.at) if heartbeat else None
    waiting = (now - oldest.created_at) if oldest else timedelta()
    is_well = silent is not None and silent < WORKER_SILENT_AFTER
    mail_waiting = (now - oldest_mail.asked_at) if oldest_mail else timedelta()
    is_well = is_well and max(waiting, mail_waiting) < MESSAGE_OVERDUE_AFTER
    report = {
        "database": "ok",
        "worker_seconds_ago": round(silent.total_seconds()) if silent is not None else None,
        "oldest_unsent_message_seconds": round(waiting.total_seconds()),
        "oldest_unsent_staff_mail_seconds": round(mail_waiting.total_seconds()),
    }
    return JsonResponse(report, status=200 if is_well else 503)
