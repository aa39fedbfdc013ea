"""What an operation refuses, in a form that any door of the portal can pass on: plain Python."""

import re
from http import HTTPStatus
from typing import Any, ClassVar

CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class Refusal(Exception):
    """An operation said no, and nothing was changed; every exception that a rule of ours raises for
    people to be told is one.

    code is its name as machines read it (SLOT_GONE), made from the name of the class unless that
    says another; it stays as it is, whatever the words become. status is the answer of HTTP: 409
    for what is not any more as it was seen, 422 for what was typed wrong, 404 for what is not
    there. The text of the exception is for logs; what a person reads is the page's to say.
    """

    code: ClassVar[str] = "REFUSAL"
    status: ClassVar[int] = HTTPStatus.CONFLICT

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "code" not in vars(cls):
            cls.code = CAPITAL.sub("_", cls.__name__.lstrip("_")).upper()
