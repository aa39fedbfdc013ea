"""The zone of a place that exists cannot be changed under what is booked there."""

import pytest
from django.test import Client

from tests.factories import make_salon

pytestmark = pytest.mark.django_db


def test_django_admin_leaves_the_zone_of_a_location_alone(admin_client: Client) -> None:
    place = make_salon().location
    page = f"/operator/businesses/location/{place.pk}/change/"
    shown = admin_client.get(page).context["adminform"].form
    typed = {field.name: "" if (it := field.value()) is None else it for field in shown}

    admin_client.post(page, {**typed, "name": "Moved", "time_zone": "Asia/Tokyo"})

    place.refresh_from_db()
    assert (place.name, place.time_zone) == ("Moved", "")
