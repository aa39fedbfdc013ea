"""The door for gunicorn: `gunicorn bookings_portal.wsgi`."""

import os
import sys

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from bookings_portal.charset import speaking_utf8
from bookings_portal.env import BadSetting

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookings_portal.settings")
os.environ.setdefault("PORTAL_PROCESS", "web")

try:
    application = speaking_utf8(get_wsgi_application())
    # Read every view now, so that the first visitor does not wait for the imports.
    _ = get_resolver().url_patterns
except BadSetting as error:
    sys.exit(str(error))
