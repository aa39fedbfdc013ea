"""The portal speaks UTF-8 with everybody, whatever a request claims (N067)."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CHARSET = re.compile(r";\s*charset\*?\s*=[^;]*", re.IGNORECASE)


def speaking_utf8(application: "WSGIApplication") -> "WSGIApplication":
    """Leave the charset out of what a request says about its body.

    Django believes `charset=hex` before any middleware runs, and fails on it.
    """

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ["CONTENT_TYPE"] = CHARSET.sub("", environ.get("CONTENT_TYPE", ""))
        return application(environ, start_response)

    return answer
