"""The door for an ASGI server; the portal itself is synchronous and runs in its thread pool."""

import os
import sys

from django.core.asgi import get_asgi_application

from bookings_portal.charset import speaking_utf8_async
from bookings_portal.env import BadSetting

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookings_portal.settings")
os.environ.setdefault("PORTAL_PROCESS", "web")

try:
    application = speaking_utf8_async(get_asgi_application())
except BadSetting as error:
    sys.exit(str(error))
