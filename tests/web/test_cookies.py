import pytest
from django.test import Client

from tests.factories import make_business

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["session", "csrf", "device", "zone", "messages"])
def test_a_cookie_with_a_nul_is_no_cookie(client: Client, name: str) -> None:
    make_business(slug="juniper")
    headers = {"Cookie": f'{name}="abcdefghijklmnop\\000qrstuv"'}

    page = client.get("/juniper/find/", headers=headers)
    answer = client.post("/done/AAAAAAAA/remember", headers=headers)

    assert (page.status_code, answer.status_code) == (200, 404)
