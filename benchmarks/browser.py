"""A browser of forty lines: keeps its connection and cookies, reads hidden fields, follows nothing.

It has to be cheap, because it runs on the same two cores as the portal it measures.
"""

import re
from dataclasses import dataclass
from html import unescape
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
CSRF_FIELD = "csrfmiddlewaretoken"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, where it sends the browser, and the page."""

    status: int
    location: str
    text: str

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden fields of all forms of the page."""
        return {name: unescape(value) for name, value in HIDDEN.findall(self.text)}


class Browser:
    """One visitor. Not for several threads at once."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}
        self.token = ""

    def get(self, path: str) -> Answer:
        """Read a page, and keep the token of its forms."""
        answer = self._ask("GET", path, None)
        self.token = answer.hidden.get(CSRF_FIELD, self.token)
        return answer

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        """Send a form, with the token of the last page unless the fields bring their own."""
        return self._ask("POST", path, urlencode({CSRF_FIELD: self.token, **fields}))

    def close(self) -> None:
        """Let the connection go; the next request opens another."""
        self.connection.close()

    def forget_visit(self) -> None:
        """Become somebody else who has the same page open: the session goes, the token stays."""
        self.cookies = {k: v for k, v in self.cookies.items() if "csrf" in k}

    def _ask(self, method: str, path: str, body: str | None) -> Answer:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Origin": self.origin,
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        text = response.read().decode()
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _equals, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        location = urlsplit(response.headers.get("Location", ""))
        return Answer(response.status, location.path, text)
