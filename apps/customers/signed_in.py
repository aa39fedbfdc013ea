"""Whose mailbox a browser has proven to read, over all businesses: the key of its sign-in is in the
session, whether it still holds is in the database, so that it can be ended from elsewhere
(rule S19)."""

from django.http import HttpRequest
from django.utils import timezone

from apps.customers.models import SignedInDevice
from apps.customers.proofs import hash_of_key

SIGNED_IN, ASKED, PROVEN = "signed_in", "sign_in_asked", "sign_in_proven"
DESKS = "data_desks"
MAX_DESKS = 20
_FOUND = "signed_in_device"
"""On the request: what was found for its key."""


def sign_in_here(request: HttpRequest, key: str) -> None:
    """Keep the key of a sign-in in this session: more rights, new key (rule S17)."""
    forget_asking(request)
    request.session[SIGNED_IN] = key
    request.session.cycle_key()


def device_of(request: HttpRequest) -> SignedInDevice | None:
    """Return the sign-in of this browser while it holds; None, and no query, where there is none.
    It is read once for each request."""
    key = request.session.get(SIGNED_IN)
    if not isinstance(key, str):
        return None
    if not hasattr(request, _FOUND):
        live = SignedInDevice.objects.filter(
            key_hash=hash_of_key(key), ended_at=None, ends_at__gt=timezone.now()
        )
        setattr(request, _FOUND, live.first())
    found: SignedInDevice | None = getattr(request, _FOUND)
    return found


def address_of(request: HttpRequest) -> str:
    """Return the address (lower case) that this browser is signed in with, "" for none."""
    device = device_of(request)
    return device.email if device else ""


def was_signed_out(request: HttpRequest) -> bool:
    """Whether the sign-in of this browser has ended without it: from another browser, or by its
    age. What was booked here meanwhile went with it (rule S19)."""
    return SIGNED_IN in request.session and device_of(request) is None


def ask_here(request: HttpRequest, sign_in_id: int) -> None:
    """Remember in this session what it asked for: code and link work nowhere else."""
    request.session[ASKED] = sign_in_id
    request.session.pop(PROVEN, None)


def asked_here(request: HttpRequest) -> int | None:
    """What this session asked for."""
    found = request.session.get(ASKED)
    return found if isinstance(found, int) else None


def prove_here(request: HttpRequest, sign_in_id: int) -> None:
    """Note that this session has opened the link of the mail it asked for; it is not used yet."""
    request.session[PROVEN] = sign_in_id


def proven_here(request: HttpRequest) -> int | None:
    """What this session asked for, once it has opened the link."""
    asked = asked_here(request)
    return asked if asked is not None and request.session.get(PROVEN) == asked else None


def forget_asking(request: HttpRequest) -> None:
    """Forget what was asked for in this session."""
    for name in (ASKED, PROVEN):
        request.session.pop(name, None)


def open_desk_here(request: HttpRequest, business_id: int, request_id: int) -> None:
    """Note that this session has opened the link to the desk of a business: more rights, new key
    (rule S17)."""
    held = request.session.get(DESKS, [])
    others = [it for it in held if it[0] != business_id]
    request.session[DESKS] = [*others, [business_id, request_id]][-MAX_DESKS:]
    if [business_id, request_id] not in held:
        request.session.cycle_key()


def desk_here(request: HttpRequest, business_id: int) -> int | None:
    """The request whose link to the desk of a business this session has opened."""
    held = request.session.get(DESKS, [])
    return next((it[1] for it in held if it[0] == business_id), None)
