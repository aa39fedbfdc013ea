"""The portal speaks UTF-8 with everybody, whatever a request claims (rule S11)."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsyncApplication = Callable[[Scope, Receive, Send], Awaitable[None]]

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


def speaking_utf8_async(application: AsyncApplication) -> AsyncApplication:
    """The same for an ASGI server, whose headers are pairs of bytes."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [
            (name, CHARSET.sub("", value.decode("latin-1")).encode("latin-1"))
            if name.lower() == b"content-type"
            else (name, value)
            for name, value in scope.get("headers", ())
        ]
        await application({**scope, "headers": headers}, receive, send)

    return answer
