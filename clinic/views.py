from django.http import HttpRequest, HttpResponse


def unavailable(request: HttpRequest, exception: object = None, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=503)


def server_error(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=500)


home = team = practitioner = visit = privacy = accessibility = robots = unavailable
bad_request = forbidden = not_found = csrf_failure = unavailable
