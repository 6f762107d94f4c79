"""What the web server loads."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
application = get_wsgi_application()

# Only now can the rest be imported; the addresses bring all that pages read.
import_module("clinic.urls")
import_module("clinic.memory").read_ahead()
