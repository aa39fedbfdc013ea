"""The zone of a place that exists cannot be changed under what is booked there."""

import pytest
from django.test import Client

from tests.factories import make_salon

pytestmark = pytest.mark.django_db


def test_django_admin_leaves_the_zone_of_a_location_alone(admin_client: Client) -> None:
    place = make_salon().location
    page = f"/operator/businesses/location/{place.pk}/change/"
    typed = {"business": place.business_id, "name": "Moved", "position": 0, "country": "DE"}

    admin_client.post(page, {**typed, "time_zone": "Asia/Tokyo"})

    place.refresh_from_db()
    assert (place.name, place.time_zone) == ("Moved", "")
