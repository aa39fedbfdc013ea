"""What somebody typed into a page whose sign-in had ended: given back after the next sign-in.

It lies encrypted in the session of the same browser, for half an hour, is shown to the same account
only, and never sends itself.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.fernet import Fernet, InvalidToken
from django.core.exceptions import SuspiciousOperation
from django.forms import Form
from django.http import HttpRequest, QueryDict
from django.utils.crypto import salted_hmac

from apps.web.http import own_path, wants_fragment

FIELD = "kept_text"
ENDED_FOR = "sign_in_ended_for"
"""In the session: the account whose sign-in ended by rest in this browser."""
WAS_SIGNED_IN = "was_signed_in_as"
"""On a request without a sign-in: the account of the last one in this browser, as we have signed
it; the session itself is gone."""
LIFE = timedelta(minutes=30)
LONGEST = 20_000
SECRET = ("password", "card", "otp", "token")
UNTOLD = ("code", "used_gift")
"""What is typed once more by hand: the rest of the form comes back without it."""
AROUND = "page_around"
"""The field that says, on a page that sends a form once more, which page it was typed into."""
MACHINE = (
    "seal",
    "key",
    "revision",
    "seen",
    "used_",
    "website_address",
    "replaces",
    "slot",
    "asked",
)
"""Fields of a form that a person never sees."""
CHOSEN = frozenset(
    (
        *("act", "back", "by_card", "drop", "give_up", "go_on", "instead_of", "is_paid", "keep"),
        *("kind", "line", "near", "next", "offer", "order", "payment", "preview", "price_kind"),
        *("reference", "resume", "scope", "seat", "service", "side", "staff", "state", "stop"),
        *("target", "time", "tz", "update", "verb", "view", "way", "zone"),
    )
)
"""Fields that were there, or were ticked or pressed: what they hold is a word of ours."""
TICKED = "on"
LEFT_OUT = ("csrfmiddlewaretoken", "page_around", "password", "code", "gift", "seal", "revision")


@dataclass(frozen=True, slots=True)
class KeptText:
    """The page that was typed into, its fields in order, empty ones too (what was emptied must not
    come back full), and the address that they were sent to."""

    page: str
    typed: tuple[tuple[str, str], ...]
    sent_to: str = ""


def store_text(request: HttpRequest, *, now: datetime) -> None:
    """Keep what was sent in the session, for the account whose sign-in has just ended there, or
    whose session is gone; of anybody else nothing is kept."""
    account = request.session.get(ENDED_FOR) or getattr(request, WAS_SIGNED_IN, None)
    if request.method != "POST" or account is None:
        return
    typed = list(_typed(request))
    page = page_around(request)
    if (
        not any(value for _name, value in typed)
        or not page
        or sum(len(value) for _name, value in typed) > LONGEST
    ):
        return
    until = int((now + LIFE).timestamp())
    kept = {"account": account, "until": until, "page": page, "typed": typed}
    words = json.dumps({**kept, "sent_to": request.path})
    request.session[FIELD] = _box().encrypt(words.encode()).decode()


def take_text(request: HttpRequest, *, now: datetime) -> KeptText | None:
    """Take out what was typed on this very page; what is of another account or old is forgotten."""
    sealed = request.session.get(FIELD)
    if not isinstance(sealed, str):
        return None
    try:
        kept = json.loads(_box().decrypt(sealed.encode()))
    except (InvalidToken, ValueError):
        kept = {"account": None, "until": 0}
    if kept["account"] != request.user.pk or kept["until"] <= now.timestamp():
        del request.session[FIELD]
        return None
    if urlsplit(kept["page"]).path != request.path:
        return None
    del request.session[FIELD]
    typed = tuple((name, value) for name, value in kept["typed"])
    return KeptText(kept["page"], typed, kept.get("sent_to", ""))


def fill_in(forms: Iterable[Form], kept: KeptText) -> None:
    """Let forms that show a row begin with what was typed, as far as it may come back."""
    typed = QueryDict(mutable=True)
    for name, value in kept.typed:
        typed.appendlist(name, value)
    for form in forms:
        for name, field in form.fields.items():
            sent = form.add_prefix(name)
            if any(word in sent for word in LEFT_OUT) or field.disabled:
                continue
            if not field.widget.value_omitted_from_data(typed, {}, sent):
                form.initial[name] = field.widget.value_from_datadict(typed, {}, sent)


def typed_again(request: HttpRequest) -> list[tuple[str, str]] | None:
    """What a form of our own sent whose token does not fit any more, to be sent once more by hand,
    without the codes; None when it comes from elsewhere, is not text, is long, or asks for a
    secret."""
    own = f"{request.scheme}://{request.get_host()}"
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    if origin != own and not origin.startswith(f"{own}/"):
        return None
    try:
        sent = [(name, str(it)) for name, values in request.POST.lists() for it in values]
        files = bool(request.FILES)
    except (OSError, SuspiciousOperation):
        return None
    left_out = {"csrfmiddlewaretoken", AROUND}
    typed = [(name, it) for name, it in sent if name not in left_out]
    is_secret = any(word in name for name, _it in typed for word in SECRET)
    is_long = sum(len(name) + len(it) for name, it in typed) > LONGEST
    if files or is_secret or is_long:
        return None
    return [(name, it) for name, it in typed if not any(word in name for word in UNTOLD)]


def words_typed(request: HttpRequest) -> list[str]:
    """What a person typed into a form of our own, to be read and copied; fields that no person sees
    are left out, and so is what was ticked or pressed."""
    return [
        it
        for name, it in typed_again(request) or ()
        if it.strip()
        and it != TICKED
        and name not in CHOSEN
        and (name == "phone" or not it.isdigit())
        and not any(word in name for word in MACHINE)
    ]


def page_around(request: HttpRequest) -> str:
    """The page whose form or button was sent, "" when its browser does not say."""
    told = own_path(request.POST.get(AROUND), default="") if request.method == "POST" else ""
    if told:
        return told
    header = "HX-Current-URL" if wants_fragment(request) else "Referer"
    around = urlsplit(request.headers.get(header, ""))
    if around.netloc and around.netloc != request.get_host():
        return ""
    path = f"{around.path}?{around.query}" if around.query else around.path
    return own_path(path, default="")


def _typed(request: HttpRequest) -> Iterator[tuple[str, str]]:
    for name, values in request.POST.lists():
        if not any(word in name for word in LEFT_OUT):
            yield from ((name, str(value)) for value in values)


def _box() -> Fernet:
    key = salted_hmac("apps.web.kept_text", "box", algorithm="sha256").digest()
    return Fernet(urlsafe_b64encode(key))
