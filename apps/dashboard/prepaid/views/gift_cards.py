"""Gift cards in the hands of the team: find one, correct it, stop it, sell them or not
(rule M15)."""

from collections.abc import Mapping
from datetime import datetime

from django import forms
from django.http import HttpResponse
from django.utils import timezone

from apps.checkout.models import GiftCard
from apps.checkout.providers import provider_in_use
from apps.dashboard.access import OwnerRequest
from apps.dashboard.frame.views.owner_page import (
    owner_page,
    redirect_search,
    required,
    rest_of_address,
    show,
    to_page,
)
from apps.dashboard.frame.views.refusals import problem_of
from apps.dashboard.prepaid.forms.sales import AdjustGiftForm, HoldersForm, StopGiftForm
from apps.dashboard.prepaid.queries.gift_cards import find_by_code, find_cards, get_card, read_card
from apps.dashboard.roles import Right
from apps.kernel.refusals import Refusal
from apps.prepaid import operations as prepaid


@owner_page(Right.SELL, "GET", "POST")
def gift_cards(request: OwnerRequest) -> HttpResponse:
    """List the cards, or those of a name; with POST, go to the card of a code, which stands in no
    address, nor does what may be one."""
    words, _plan, page = HoldersForm(request.POST or request.GET).asked()
    if request.method == "POST":
        card = find_by_code(access=request.access, code=words)
        if card is not None:
            return to_page(request, "gift_card", card.reference)
    if redirect := redirect_search(request, "gift_cards", words):
        return redirect
    found = find_cards(access=request.access, words=words, page=page)
    context = {
        "found": found,
        "words": words,
        "rest": rest_of_address(q=words),
        "is_paid_online": provider_in_use() is not None,
    }
    return show(request, "dashboard/gift_cards.html", context, now=timezone.now(), current="gifts")


@owner_page(Right.OFFER_PLANS, "POST")
def offer_gift_cards(request: OwnerRequest) -> HttpResponse:
    """Start or stop selling gift cards on the booking page."""
    prepaid.offer_gift_cards(offered="offer" in request.POST, by=request.access.member)
    return to_page(request, "gift_cards")


@owner_page(Right.SELL)
def gift_card(request: OwnerRequest, reference: str) -> HttpResponse:
    """Show a card, line by line."""
    return _show(request, get_card(access=request.access, reference=reference), now=timezone.now())


@owner_page(Right.OFFER_PLANS, "POST")
def adjust_gift_card(request: OwnerRequest, reference: str) -> HttpResponse:
    """Take an amount off a card, or put it back on, with a reason."""
    now, access = timezone.now(), request.access
    card = get_card(access=access, reference=reference)
    form = AdjustGiftForm(request.POST, business=access.business)
    typed = {"adjust": form}
    try:
        said = required(form)
        prepaid.adjust_gift_card(
            card_id=card.pk,
            amount=form.change(),
            seen_balance=said["seen_balance"],
            reason=said["reason"],
            by=access.member,
            now=now,
        )
    except Refusal as refusal:
        fresh = get_card(access=access, reference=reference)
        return _show(request, fresh, now=now, refusal=refusal, typed=typed)
    return to_page(request, "gift_card", reference, query={"done": "saved"})


@owner_page(Right.OFFER_PLANS, "POST")
def stop_gift_card(request: OwnerRequest, reference: str) -> HttpResponse:
    """Stop a card, so that nobody can pay with it; what is left on it is refunded, or not."""
    now, access = timezone.now(), request.access
    card, form = get_card(access=access, reference=reference), StopGiftForm(request.POST)
    try:
        said = required(form)
        prepaid.stop_gift_card(
            card_id=card.pk,
            gives_back=said["back"],
            seen_balance=said["seen_balance"],
            by=access.member,
            now=now,
        )
    except Refusal as refusal:
        fresh = get_card(access=access, reference=reference)
        return _show(request, fresh, now=now, refusal=refusal)
    return to_page(request, "gift_card", reference, query={"done": "saved"})


def _show(
    request: OwnerRequest,
    card: GiftCard,
    *,
    now: datetime,
    refusal: Refusal | None = None,
    typed: Mapping[str, forms.Form] | None = None,
) -> HttpResponse:
    done = request.GET.get("done", "")
    problem = problem_of(refusal, access=request.access, of=card) if refusal else None
    context = {
        "page": read_card(card=card),
        "card": card,
        "forms": {"adjust": AdjustGiftForm(business=request.access.business), **(typed or {})},
        "problem": problem,
        "done": done if done in ("sold", "saved") and not problem else "",
    }
    return show(
        request,
        "dashboard/gift_card.html",
        context,
        now=now,
        current="gifts",
        status=problem.status if problem else 200,
    )
