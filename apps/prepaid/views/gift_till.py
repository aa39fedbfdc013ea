"""A gift card that this browser has begun to buy and not paid: what was typed for it is kept in the
session until it is bought."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from apps.businesses.models import Business
from apps.checkout.models import GiftCard
from apps.prepaid.queries.gift_cards import find_begun_card
from apps.web.http import go_to

KEPT = "gift_till"
LONGEST = 300
NAMES = ("amount", "to_name", "to_email", "words", "name", "email")


def keep_gift_till(request: HttpRequest, card: GiftCard) -> None:
    """Keep what was typed for a card, for whoever goes back from the bank."""
    typed = {name: request.POST.get(name, "")[:LONGEST] for name in NAMES}
    request.session[KEPT] = {"business": card.business_id, "card": card.pk, "typed": typed}


def change_gift_till(request: HttpRequest) -> None:
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
