"""A business and its addresses (rule B26)."""

import pytest

from apps.businesses.models import Business, FormerSlug
from apps.businesses.operations import (
    SlugTaken,
    pause_business,
    publish_business,
    rename_business,
)
from apps.businesses.queries import BusinessMoved, get_public_business
from tests.factories import make_business

pytestmark = pytest.mark.django_db


def test_the_old_address_leads_to_the_new_one() -> None:
    business = make_business(slug="juniper")

    rename_business(business_id=business.pk, slug="juniper-hair")

    with pytest.raises(BusinessMoved) as moved:
        get_public_business(slug="juniper")
    assert moved.value.slug == "juniper-hair"


def test_a_business_may_go_back_to_its_old_address() -> None:
    business = make_business(slug="juniper")
    rename_business(business_id=business.pk, slug="juniper-hair")

    rename_business(business_id=business.pk, slug="juniper")

    assert get_public_business(slug="juniper") == business
    assert [former.slug for former in FormerSlug.objects.all()] == ["juniper-hair"]


def test_the_same_address_changes_nothing() -> None:
    business = make_business(slug="juniper")

    rename_business(business_id=business.pk, slug="juniper")

    assert FormerSlug.objects.count() == 0


def test_nobody_takes_an_address_that_leads_elsewhere() -> None:
    juniper, harbor = make_business(slug="juniper"), make_business(slug="harbor")
    rename_business(business_id=harbor.pk, slug="harbor-yoga")

    for slug in ("harbor", "harbor-yoga"):
        with pytest.raises(SlugTaken):
            rename_business(business_id=juniper.pk, slug=slug)

    assert Business.objects.get(pk=juniper.pk).slug == "juniper"


def test_a_business_pauses_and_goes_on() -> None:
    business = make_business(slug="juniper")

    paused = pause_business(business_id=business.pk).state
    published = publish_business(business_id=business.pk).state

    assert (paused, published) == ("PAUSED", "PUBLISHED")
