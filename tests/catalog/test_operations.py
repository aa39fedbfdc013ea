"""Pricing a service: one at a time, nothing lost, nothing of another business."""

from dataclasses import replace
from typing import Any

import pytest

from apps.businesses.models import SetupRevision
from apps.catalog.models import Service
from apps.catalog.operations import PaymentImpossible, ServiceHasChanged, change_payment
from apps.catalog.pricing import PaymentTerms, PriceKind
from apps.catalog.queries.offered import terms_of
from tests.factories import Salon, make_salon, make_variant

TERMS = PaymentTerms(price_kind=PriceKind.FIXED, price=5000)


@pytest.fixture
def salon(db: None) -> Salon:
    return make_salon(slug="juniper")


def change(service: Service, terms: PaymentTerms = TERMS, **more: Any) -> Service:
    asked = {
        "business_id": service.business_id,
        "service_id": service.pk,
        "seen_revision": 1,
        "can_authorize": False,
    }
    return change_payment(**{**asked, **more}, terms=terms)


def test_a_change_counts_the_revision_and_renews_the_setup(salon: Salon) -> None:
    before = SetupRevision.objects.get(business=salon.business).value

    service = change(salon.cut)

    assert (service.price, service.revision) == (5000, 2)
    assert terms_of(Service.objects.get(pk=salon.cut.pk)) == TERMS
    assert SetupRevision.objects.get(business=salon.business).value != before


def test_the_same_terms_again_change_nothing_whatever_was_seen(salon: Salon) -> None:
    change(salon.cut)

    assert change(salon.cut, seen_revision=1).revision == 2
    assert change(salon.cut, seen_revision=7).revision == 2


def test_a_page_that_grew_old_is_refused(salon: Salon) -> None:
    change(salon.cut)

    with pytest.raises(ServiceHasChanged):
        change(salon.cut, replace(TERMS, price=6000))

    assert Service.objects.get(pk=salon.cut.pk).price == 5000


def test_variants_that_came_or_went_are_a_change_too(salon: Salon) -> None:
    make_variant(service=salon.cut, name="Short", price=4800)

    with pytest.raises(ServiceHasChanged):
        change(salon.cut)


def test_terms_against_the_rules_are_refused_with_all_reasons(salon: Salon) -> None:
    with pytest.raises(PaymentImpossible) as refused:
        change(salon.bridal, replace(TERMS, pays_online=True, deposit=5000))

    assert [it.value for it in refused.value.problems] == ["APPROVAL_ONLINE", "DEPOSIT_OFFLINE"]


def test_a_request_is_paid_online_where_the_provider_can_authorize_money(salon: Salon) -> None:
    changed = change(
        salon.bridal, replace(TERMS, pays_online=True, deposit=4000), can_authorize=True
    )

    assert (changed.requires_approval, changed.pays_online, changed.deposit) == (True, True, 4000)


def test_a_service_of_another_business_is_not_there(salon: Salon) -> None:
    other = make_salon(slug="other")

    with pytest.raises(Service.DoesNotExist):
        change(salon.cut, business_id=other.business.pk)
