"""The site with one view more, that does nothing but send statements to the database.

For the benchmark of the sending POST: the statements are those of real ones, each list once, in
the file that BARE_SCRIPTS names; they go through the database's own driver.
"""

import os
import pickle
from contextlib import closing
from importlib import import_module
from pathlib import Path

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test.utils import override_settings
from django.urls import path

from clinic.wsgi import application

__all__ = ["application", "bare", "urlpatterns"]

# Written a moment ago by the benchmark itself.
scripts = pickle.loads(Path(os.environ["BARE_SCRIPTS"]).read_bytes())


def bare(request: HttpRequest, number: int) -> HttpResponse:
    connection.ensure_connection()
    with closing(connection.connection.cursor()) as cursor:
        for sql, params in scripts[number]:
            cursor.execute(sql, params)
            if cursor.description:
                cursor.fetchall()
    return HttpResponse(status=302, headers={"Location": "/book/done/"})


# Only with the application can the rest be imported.
urlpatterns = [path("bare/<int:number>/", bare), *import_module("clinic.urls").urlpatterns]
override_settings(ROOT_URLCONF=__name__).enable()
