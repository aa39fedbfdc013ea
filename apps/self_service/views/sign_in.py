"""Signing in by mail: asked for with an address, proven by a code or a link in the same browser,
and ended here or everywhere (rule S19). Reading uses nothing up: mail scanners open links."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.bookings.forms.picks import Unreadable, read_number
from apps.bookings.visitors import forget_grants
from apps.customers import operations as customers
from apps.customers.models import SignedInDevice, SignIn
from apps.customers.proofs import open_token
from apps.customers.queries import list_devices
from apps.customers.signed_in import (
    ask_here,
    asked_here,
    device_of,
    prove_here,
    proven_here,
    sign_in_here,
    was_signed_out,
)
from apps.self_service.forms import CodeForm, SignInForm
from apps.web import limit_rules as rules
from apps.web.devices import kind_of_device
from apps.web.form_keys import passing_key_of
from apps.web.http import client_network, go_to, render_page
from apps.web.limits import Hit, TooMany, count_hits, require_room, require_room_left

NO_BUSINESS = 0
LOCALE = "en-GB"
"""How dates are written on pages that are of no business; their texts are British, too."""


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for an address; the answer is the same whether we know it or not (rule S4)."""
    if device_of(request) is not None:
        return go_to(request, "self_service:me")
    now = timezone.now()
    form = SignInForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 200 if request.method != "POST" else 422
        return render_page(request, "self_service/sign_in.html", None, {"form": form}, status)
    require_room(hits=[Hit(rules.LINKS_PER_NETWORK, client_network(request))], now=now)
    address = form.cleaned_data["email"]
    asked = customers.ask_to_sign_in(
        email=address,
        # Too many for one address is no news to whoever typed it: the same answer, and no mail.
        mails=not count_hits(hits=[Hit(rules.LINKS_PER_EMAIL, address)], now=now),
        form_key=passing_key_of(request, business_id=NO_BUSINESS, now=now),
        now=now,
    )
    ask_here(request, asked.pk)
    return go_to(request, "self_service:sign_in_code")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """Take the six digits of the mail, in the browser that asked for it."""
    asked_id = asked_here(request)
    if asked_id is None:
        return go_to(request, "self_service:sign_in")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _show_code(request, form, status=200 if request.method != "POST" else 422)
    now = timezone.now()
    hits = _hits(request, asked_id)
    try:
        require_room_left(hits=hits, now=now)
        key = customers.sign_in_by_code(
            sign_in_id=asked_id, code=form.cleaned_data["code"], device=_name_of(request), now=now
        )
    except TooMany as many:
        form.add_error("code", _("Too many wrong codes. Please open the link in the e-mail."))
        return _show_code(request, form, status=many.status)
    except customers.WrongCode as wrong:
        count_hits(hits=hits, now=now)
        form.add_error("code", _wrong_words(wrong.left))
        return _show_code(request, form, status=wrong.status)
    except customers.SignInOver:
        return _over(request)
    _sign_in(request, key)
    return go_to(request, "self_service:me")


def _hits(request: HttpRequest, asked_id: int) -> list[Hit]:
    """What wrong codes count for: the address, known or not, and the network."""
    address = SignIn.objects.filter(pk=asked_id).values_list("email", flat=True).first() or ""
    network = Hit(rules.SIGN_IN_CODES_PER_NETWORK, client_network(request))
    return [Hit(rules.SIGN_IN_CODES_PER_ADDRESS, address), network]


def _wrong_words(left: int) -> str:
    words = _("That is not the code in our newest e-mail.")
    if not left:
        last = _(
            "That was the last try. Please open the link in the e-mail, or ask for another one."
        )
        return f"{words} {last}"
    tries = ngettext("One try is left.", "%(n)d tries are left.", left)
    return f"{words} {tries % {'n': left}}"


def _show_code(request: HttpRequest, form: CodeForm, *, status: int) -> HttpResponse:
    return render_page(request, "self_service/sign_in_code.html", None, {"form": form}, status)


def _over(request: HttpRequest) -> HttpResponse:
    return render_page(request, "self_service/sign_in_over.html", None, None, status=410)


@require_safe
@never_cache
def exchange(request: HttpRequest, token: str) -> HttpResponse:
    """Look at the link of a mail: in the browser that asked it leads to the button, in any other it
    says where it works. Nothing is used up."""
    asked = open_token(token)
    if asked is None or asked.used_at or asked.expires_at <= timezone.now():
        return _over(request)
    if asked_here(request) != asked.pk:
        return render_page(request, "self_service/sign_in_elsewhere.html", None)
    prove_here(request, asked.pk)
    return go_to(request, "self_service:sign_in_link")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def link(request: HttpRequest) -> HttpResponse:
    """The one button behind the link; only its tap signs in, once."""
    proven = proven_here(request)
    if proven is None:
        return go_to(request, "self_service:sign_in")
    if request.method != "POST":
        return render_page(request, "self_service/sign_in_link.html", None)
    try:
        key = customers.sign_in_by_link(
            sign_in_id=proven, device=_name_of(request), now=timezone.now()
        )
    except customers.SignInOver:
        return _over(request)
    _sign_in(request, key)
    return go_to(request, "self_service:me")


def _sign_in(request: HttpRequest, key: str) -> None:
    """Whoever signs in after somebody who was signed out elsewhere finds nothing of theirs."""
    if was_signed_out(request):
        forget_grants(request)
    sign_in_here(request, key)


def _name_of(request: HttpRequest) -> str:
    """ "Firefox on Android", as the list of devices says it."""
    return kind_of_device(request.headers.get("User-Agent", "")).words


@require_safe
@never_cache
def devices(request: HttpRequest) -> HttpResponse:
    """List the browsers that are signed in with this address."""
    here, now = device_of(request), timezone.now()
    if here is None:
        return go_to(request, "self_service:sign_in")
    found = list_devices(email=here.email, now=now)
    context = {"here": here, "devices": found, "now": now, "locale": LOCALE}
    return render_page(request, "self_service/devices.html", None, context)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out this browser, the one that is named, or all of them. With a sign-in goes what was
    booked and opened in its browser, so that the next one there finds nothing (rule S19)."""
    here = device_of(request)
    if here is None:
        return go_to(request, "self_service:me")
    chosen = None if "everywhere" in request.POST else _chosen(request, here)
    customers.end_sign_ins(email=here.email, device_id=chosen, now=timezone.now())
    if chosen not in {None, here.pk}:
        return go_to(request, "self_service:devices")
    forget_grants(request)
    return go_to(request, "self_service:me")


def _chosen(request: HttpRequest, here: SignedInDevice) -> int:
    """The device that is named, this one where none is.

    Raises:
        Http404: it is no number.
    """
    try:
        return read_number(request.POST.get("device", "")) or here.pk
    except Unreadable as odd:
        raise Http404 from odd
