"""Change what a service costs, how it is paid, and what becomes of unanswered requests."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.db import transaction

from apps.catalog.models import Service, Variant
from apps.catalog.payment_problems import OutOfReach, find_out_of_reach
from apps.catalog.pricing import PaymentProblem, PaymentTerms, PriceKind, payment_problems
from apps.kernel.refusals import Refusal


class ServiceHasChanged(Refusal):
    """The service is not any more what the page showed."""


class PaymentImpossible(Refusal):
    """The terms break a rule; problems says which."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, problems: Sequence[PaymentProblem]) -> None:
        super().__init__(", ".join(problems))
        self.problems = tuple(problems)


class PaymentOutOfReach(Refusal):
    """Nobody could pay: online is the only way, and the provider does not take the amounts."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, amounts: Sequence[OutOfReach]) -> None:
        super().__init__(", ".join(str(it.of) for it in amounts))
        self.amounts = tuple(amounts)


@transaction.atomic
def change_payment(
    *,
    business_id: int,
    service_id: int,
    terms: PaymentTerms,
    seen_revision: int,
    can_authorize: bool,
) -> Service:
    """Price a service anew and say how it is paid (rules M5, M2); sent twice, it is done once.

    Bookings keep the price they were made at. What the chosen kind of price does not use (the fixed
    price of a free service, the words, the prices of variants) stays as it was, for the way back.

    Raises:
        ServiceHasChanged: somebody changed the service, or its variants, since the page was made.
        PaymentImpossible: the terms break a rule (rule M2).
        PaymentOutOfReach: as its name says.
        Service.DoesNotExist: the business has no such service.
    """
    service = Service.objects.select_for_update(no_key=True).get(
        pk=service_id, business_id=business_id
    )
    variants = list(service.variants.select_for_update(no_key=True).order_by("pk"))
    if {it.pk for it in variants} != terms.variant_prices.keys():
        raise ServiceHasChanged
    columns, repriced = _columns(terms), _repriced(variants, terms)
    if not repriced and all(getattr(service, name) == it for name, it in columns.items()):
        return service
    if service.revision != seen_revision:
        raise ServiceHasChanged
    problems = payment_problems(
        terms, requires_approval=service.requires_approval, can_authorize=can_authorize
    )
    if problems:
        raise PaymentImpossible(problems)
    _require_reach(terms, service)
    for name, value in columns.items():
        setattr(service, name, value)
    service.revision += 1
    service.save(update_fields=[*columns, "revision"])
    Variant.objects.bulk_update(repriced, ["price"])
    return service


def _require_reach(terms: PaymentTerms, service: Service) -> None:
    found = find_out_of_reach(terms, business=service.business)
    if any(it.is_only_way for it in found):
        raise PaymentOutOfReach(found)


def _columns(terms: PaymentTerms) -> dict[str, Any]:
    """What is written; a free service counts as paid at the place (rule M2)."""
    free = terms.price_kind is PriceKind.FREE
    columns: dict[str, Any] = {
        "price_kind": terms.price_kind.value,
        "pays_in_person": terms.pays_in_person or free,
        "pays_online": terms.pays_online,
        "deposit": terms.deposit,
        "any_amount": terms.any_amount and terms.deposit is not None,
        "full_upfront": terms.full_upfront,
        "tax_rate": terms.tax_rate,
    }
    if terms.price_kind is PriceKind.FIXED:
        columns["price"] = terms.price
    if terms.price_kind is PriceKind.CUSTOM:
        columns["price_text"] = terms.price_text
    return columns


def _repriced(variants: Sequence[Variant], terms: PaymentTerms) -> list[Variant]:
    if terms.price_kind is not PriceKind.VARIED:
        return []
    changed = [it for it in variants if it.price != terms.variant_prices[it.pk]]
    for variant in changed:
        variant.price = terms.variant_prices[variant.pk]
    return changed


@transaction.atomic
def change_unanswered(
    *, business_id: int, service_id: int, unanswered: Service.Unanswered, seen_revision: int
) -> Service:
    """Say what becomes of requests for a service that nobody answers in time; sent twice, it is
    done once. Requests that were made keep what their customers were told.

    Raises:
        ServiceHasChanged: somebody changed the service since the page was made.
        Service.DoesNotExist: the business has no such service.
    """
    service = Service.objects.select_for_update(no_key=True).get(
        pk=service_id, business_id=business_id
    )
    if service.unanswered == unanswered:
        return service
    if service.revision != seen_revision:
        raise ServiceHasChanged
    service.unanswered = unanswered
    service.revision += 1
    service.save(update_fields=["unanswered", "revision"])
    return service
