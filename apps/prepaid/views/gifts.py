"""Gift cards: buying one, waiting for its money, and the card itself (rule M15)."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.bookings.visitors import visitor_hash_of, visitor_of
from apps.businesses.models import Business
from apps.businesses.pages import frame_of, public_page
from apps.checkout import operations as checkout
from apps.checkout.gifts import spell_code
from apps.checkout.models import GiftCard
from apps.checkout.providers import ProviderDown, provider_in_use
from apps.checkout.providers.words import unpaid_status, unpaid_words
from apps.checkout.queries.payments import find_under_way
from apps.customers.signed_in import address_of
from apps.kernel.money import Money
from apps.prepaid import operations as prepaid
from apps.prepaid.forms import GiftForm, new_form_key
from apps.prepaid.links import open_gift_token
from apps.prepaid.queries.of_mailbox import cards_of_mailbox
from apps.prepaid.queries.plans import find_begun_card, has_payment_under_way
from apps.prepaid.views.awaited import show_unpayable, waiting_context
from apps.prepaid.views.limits import require_room_to_buy
from apps.web.formatting import format_money
from apps.web.http import HttpResponseSeeOther, go_to, origin_of, render_page
from apps.web.signed import Verdict, judge, new_guard

PURPOSE = "gift"
CONFLICT, UNPROCESSABLE = 409, 422


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public_page
def buy(request: HttpRequest, business: Business) -> HttpResponse:
    """Ask how much, for whom and who buys; with POST, go where one pays."""
    if not business.sells_gift_cards or provider_in_use() is None:
        raise Http404
    now = timezone.now()
    if request.method != "POST":
        return back_to_begun_card(request, business) or _ask(request, business, now=now)
    form = GiftForm(request.POST, business=business)
    if not form.is_valid() or judge(post=request.POST, purpose=PURPOSE, now=now) != Verdict.PERSON:
        notice = "" if form.errors else _("Please press the button again.")
        return _show(request, business, form, now=now, notice=notice, status=UNPROCESSABLE)
    require_room_to_buy(request, business, form.cleaned_data["email"], now=now)
    try:
        bought = prepaid.buy_gift_card(
            business=business,
            gift=form.gift(form.buyer()),
            form_key=form.cleaned_data["key"],
            visitor_hash=visitor_of(request, zone=business.zone).visitor_hash,
            origin=origin_of(request),
            now=now,
        )
    except (prepaid.AlreadyBought, checkout.PaymentUnderWay) as other:
        return _another(request, business, form, other, now=now)
    except (ProviderDown, checkout.WayNotOffered) as down:
        words, status = unpaid_words(down), unpaid_status(down)
        return _show(request, business, form, now=now, notice=words, status=status)
    store_typed_card(request, bought.card)
    if bought.url:
        return HttpResponseSeeOther(bought.url)
    return go_to(request, "prepaid:gift_card", reference=bought.card.reference)


def _ask(request: HttpRequest, business: Business, *, now: datetime) -> HttpResponse:
    """The form, with what was typed for a card that was begun and is to be changed."""
    typed = typed_card(request, business)
    form = GiftForm(initial={**typed, "key": new_form_key()}, business=business)
    return _show(request, business, form, now=now)


def _another(
    request: HttpRequest,
    business: Business,
    form: GiftForm,
    other: prepaid.AlreadyBought | checkout.PaymentUnderWay,
    *,
    now: datetime,
) -> HttpResponse:
    """The form bought another card before: that one stays, and the next tap buys this one. A card
    that is being paid leads to its page."""
    if isinstance(other, checkout.PaymentUnderWay):
        words = _("Another payment is in progress. Continue it or cancel it first.")
        begun = back_to_begun_card(request, business)
        return begun or _show(request, business, form, now=now, notice=words, status=CONFLICT)
    worth = format_money(other.value, business.currency, business.locale)
    words = _(
        "You have already started to buy a gift card for %(worth)s with this "
        "form. Press the button again to buy this one as well."
    ) % {"worth": worth}
    again = GiftForm({**request.POST.dict(), "key": new_form_key()}, business=business)
    return _show(request, business, again, now=now, notice=words, status=CONFLICT)


@require_safe
@never_cache
def card(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a card to the browser that bought it; right after that it waits for the money. Whoever
    went back from the bank reads what they have begun, as of a plan. Whoever is signed in with an
    address that its code was mailed to sees it, too."""
    address = address_of(request)
    mailed = cards_of_mailbox(address).filter(reference=reference) if address else None
    found = mailed.select_related("business").first() if mailed is not None else None
    found = found or _bought_here(request, reference)
    waits = found.status == GiftCard.Status.DRAFT and has_payment_under_way(found)
    begun = find_under_way(found, now=timezone.now()) if waits else None
    under_way = begun if begun and begun.is_open else None
    unclear = begun if begun and begun.told else None
    context = {
        **_card_context(found),
        **waiting_context(request, waits=waits, under_way=under_way, unclear=unclear),
        "under_way": under_way,
    }
    return render_page(request, "prepaid/gift_card.html", "prepaid/_gift_card.html", context)


@require_safe
@never_cache
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """Show a card to whoever has the link of its mail; nothing is used up."""
    found = open_gift_token(token)
    if found is None:
        return render_page(request, "prepaid/plan_link_dead.html", None, {}, status=404)
    return render_page(request, "prepaid/gift_card.html", None, _card_context(found))


@require_POST
def pay(request: HttpRequest, reference: str) -> HttpResponse:
    """Open the payment of a card anew."""
    found = _bought_here(request, reference)
    try:
        bought = prepaid.pay_for_gift_card(
            card_id=found.pk, origin=origin_of(request), now=timezone.now()
        )
    except checkout.PaymentUnderWay:  # the page says what is
        return go_to(request, "prepaid:gift_card", reference=reference)
    except (ProviderDown, checkout.WayNotOffered) as down:
        return show_unpayable(request, found.business, down)
    if bought.url:
        return HttpResponseSeeOther(bought.url)
    return go_to(request, "prepaid:gift_card", reference=reference)


@require_POST
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """Give up a card that was begun and not paid, and go where it is bought: all that was typed is
    there."""
    found, now = _bought_here(request, reference), timezone.now()
    begun = find_under_way(found, now=now)
    try:
        if begun is not None and begun.told is None:
            checkout.give_up_payment(payment_id=begun.payment_id, order_id=begun.order_id, now=now)
    except ProviderDown as down:
        return show_unpayable(request, found.business, down)
    if find_begun_card(card_id=found.pk) is None or has_payment_under_way(found):
        return go_to(request, "prepaid:gift_card", reference=reference)
    forget_begun_card(request)
    return go_to(request, "prepaid:buy_gift", business=found.business.slug)


def _bought_here(request: HttpRequest, reference: str) -> GiftCard:
    cards = GiftCard.objects.select_related("business")
    found = cards.filter(reference=reference).first()
    mine = visitor_hash_of(request)
    if found is None or not mine or not constant_time_compare(mine, found.visitor_hash):
        raise Http404
    return found


def _card_context(found: GiftCard) -> dict[str, Any]:
    return {
        **frame_of(business=found.business),
        "card": found,
        "code": spell_code(found.code),
        "worth": Money(found.value, found.currency),
        "left": Money(found.balance, found.currency),
        "can_change": found.business.sells_gift_cards,
    }


def _show(
    request: HttpRequest,
    business: Business,
    form: GiftForm,
    *,
    now: datetime,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        **frame_of(business=business),
        "form": form,
        "notice": notice,
        "guard": new_guard(purpose=PURPOSE, now=now),
    }
    return render_page(request, "prepaid/buy_gift.html", None, context, status=status)


KEPT = "gift_till"
LONGEST = 300
NAMES = ("amount", "to_name", "to_email", "words", "name", "email")


def store_typed_card(request: HttpRequest, card: GiftCard) -> None:
    """Keep what was typed for a card, for whoever goes back from the bank."""
    typed = {name: request.POST.get(name, "")[:LONGEST] for name in NAMES}
    request.session[KEPT] = {"business": card.business_id, "card": card.pk, "typed": typed}


def forget_begun_card(request: HttpRequest) -> None:
    """Nothing is begun any more; what was typed stays."""
    request.session[KEPT] = {**request.session.get(KEPT, {}), "card": None}


def back_to_begun_card(request: HttpRequest, business: Business) -> HttpResponse | None:
    """Lead to the card that this browser has begun to buy; None where that is nothing. What was
    typed for one that is bought by now is forgotten."""
    kept = _kept(request, business)
    if kept.get("card") is None:
        return None
    found = find_begun_card(card_id=kept["card"])
    if found is None:
        del request.session[KEPT]
        return None
    return go_to(request, "prepaid:gift_card", reference=found.reference, query={"begun": "1"})


def typed_card(request: HttpRequest, business: Business) -> dict[str, str]:
    """What was typed for the card that was begun last, by the names of the form's fields."""
    typed: dict[str, str] = _kept(request, business).get("typed", {})
    return typed


def _kept(request: HttpRequest, business: Business) -> dict[str, Any]:
    kept = request.session.get(KEPT, {})
    return kept if kept.get("business") == business.pk else {}
