"""Gift cards in the hands of the team: find one, correct it, stop it, sell them or not
(rule M15)."""

from collections.abc import Mapping
from datetime import datetime

from django import forms
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.checkout import operations as checkout
from apps.checkout.models import GiftCard
from apps.checkout.providers import provider_in_use
from apps.dashboard.access import OwnerRequest
from apps.dashboard.frame.views.refusals import INCOMPLETE, Problem, plan_problem
from apps.dashboard.frame.views.showing import redirect_search, rest_of_address, show
from apps.dashboard.prepaid.forms.sales import AdjustGiftForm, HoldersForm, StopGiftForm
from apps.dashboard.prepaid.queries.gift_list import find_by_code, find_cards, get_card, read_card
from apps.dashboard.roles import Right, roles_with
from apps.prepaid import operations as prepaid
from apps.web.guards import guarded
from apps.web.http import go_to

REFUSED = (checkout.GiftRefused, checkout.TooMuchToRefund, GiftCard.DoesNotExist)


@require_http_methods(["GET", "HEAD", "POST"])
@guarded(*roles_with(Right.SELL))
def gift_cards(request: OwnerRequest, slug: str) -> HttpResponse:
    """List the cards, or those of a name; with POST, go to the card of a code, which stands in no
    address, nor does what may be one."""
    words, _plan, page = HoldersForm(request.POST or request.GET).asked()
    if request.method == "POST":
        card = find_by_code(access=request.access, code=words)
        if card is not None:
            return go_to(request, "dashboard:gift_card", slug, card.reference)
    if redirect := redirect_search(request, "dashboard:gift_cards", words):
        return redirect
    found = find_cards(access=request.access, words=words, page=page)
    context = {
        "found": found,
        "words": words,
        "rest": rest_of_address(q=words),
        "is_paid_online": provider_in_use() is not None,
    }
    return show(
        request, "dashboard/gift_cards.html", None, context, now=timezone.now(), current="gifts"
    )


@require_POST
@guarded(*roles_with(Right.OFFER_PLANS))
def offer_gift_cards(request: OwnerRequest, slug: str) -> HttpResponse:
    """Start or stop selling gift cards on the booking page."""
    prepaid.offer_gift_cards(offered="offer" in request.POST, by=request.access.member)
    return go_to(request, "dashboard:gift_cards", slug)


@require_safe
@guarded(*roles_with(Right.SELL))
def gift_card(request: OwnerRequest, slug: str, reference: str) -> HttpResponse:
    """Show a card, line by line."""
    del slug
    return _show(request, _card(request, reference), now=timezone.now())


@require_POST
@guarded(*roles_with(Right.OFFER_PLANS))
def adjust_gift_card(request: OwnerRequest, slug: str, reference: str) -> HttpResponse:
    """Take an amount off a card, or put back what was taken off, with a reason."""
    now, access = timezone.now(), request.access
    card = _card(request, reference)
    form = AdjustGiftForm(request.POST, business=access.business)
    typed = {"adjust": form}
    if not form.is_valid():
        return _show(request, card, now=now, problem=INCOMPLETE, typed=typed)
    try:
        prepaid.adjust_gift_card(
            card_id=card.pk,
            amount=form.change(),
            seen_balance=form.cleaned_data["seen_balance"],
            reason=form.cleaned_data["reason"],
            by=access.member,
            now=now,
        )
    except REFUSED as error:
        problem = plan_problem(error, currency=card.currency)
        return _show(request, _card(request, reference), now=now, problem=problem, typed=typed)
    return go_to(request, "dashboard:gift_card", slug, reference, query={"done": "saved"})


@require_POST
@guarded(*roles_with(Right.OFFER_PLANS))
def stop_gift_card(request: OwnerRequest, slug: str, reference: str) -> HttpResponse:
    """Let nobody pay with a card any more, with its rest back to whoever bought it or not."""
    now, access = timezone.now(), request.access
    card, form = _card(request, reference), StopGiftForm(request.POST)
    if not form.is_valid():
        return _show(request, card, now=now, problem=INCOMPLETE)
    try:
        prepaid.stop_gift_card(
            card_id=card.pk,
            gives_back=form.cleaned_data["back"],
            seen_balance=form.cleaned_data["seen_balance"],
            by=access.member,
            now=now,
        )
    except REFUSED as error:
        problem = plan_problem(error, currency=card.currency)
        return _show(request, _card(request, reference), now=now, problem=problem)
    return go_to(request, "dashboard:gift_card", slug, reference, query={"done": "saved"})


def _card(request: OwnerRequest, reference: str) -> GiftCard:
    try:
        return get_card(access=request.access, reference=reference)
    except GiftCard.DoesNotExist as missing:
        raise Http404 from missing


def _show(
    request: OwnerRequest,
    card: GiftCard,
    *,
    now: datetime,
    problem: Problem | None = None,
    typed: Mapping[str, forms.Form] | None = None,
) -> HttpResponse:
    done = request.GET.get("done", "")
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
        None,
        context,
        now=now,
        current="gifts",
        status=problem.status if problem else 200,
    )
