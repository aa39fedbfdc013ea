import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from apps.businesses.accent import accent_digest
from apps.businesses.models import RESERVED_SLUGS, Business, validate_slug
from tests.factories import make_business, make_salon

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_the_front_page_lists_published_businesses_only(client: Client) -> None:
    make_business(slug="juniper", name="Juniper Hair")
    make_business(slug="quiet", name="Quiet Draft", state=Business.State.DRAFT)

    text = client.get("/").content.decode()

    assert 'href="/juniper/"' in text
    assert "Quiet Draft" not in text


@pytest.mark.parametrize("count", [1, 3])
def test_the_front_page_costs_one_question(
    client: Client, django_assert_max_num_queries: pytest.FixtureRequest, count: int
) -> None:
    for _number in range(count):
        make_business()

    with django_assert_max_num_queries(1):  # type: ignore[operator]
        client.get("/")


def test_an_accent_has_its_own_stylesheet_that_lasts_for_ever(client: Client) -> None:
    business = make_business(slug="juniper")
    Business.objects.update(accent="#8A2BE2")
    business.refresh_from_db()
    digest = accent_digest("#8A2BE2")

    answer = client.get(f"/juniper/accent.{digest}.css")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in answer["Cache-Control"]
    assert client.get("/juniper/accent.000000000000.css").status_code == 404


def test_robots_are_kept_from_personal_pages_and_shown_the_sitemap(client: Client) -> None:
    text = client.get("/robots.txt").content.decode()

    for line in (
        "Disallow: /own/",
        "Disallow: /m/",
        "Disallow: /manage/",
        "Disallow: /p/",
        "Sitemap: http",
    ):
        assert line in text
    assert "operator" not in text


def test_the_sitemap_lists_public_pages_only(client: Client) -> None:
    make_salon(slug="juniper")
    make_salon(slug="quiet", state=Business.State.DRAFT)

    answer = client.get("/sitemap.xml")
    text = answer.content.decode()

    assert answer["Content-Type"] == "application/xml; charset=utf-8"
    assert "/juniper/</loc>" in text
    assert "/juniper/s/cut/</loc>" in text
    assert "quiet" not in text


def first_words(resolver: URLResolver) -> set[str]:
    words = set()
    for pattern in resolver.url_patterns:
        route = str(pattern.pattern)
        if isinstance(pattern, URLResolver) and not route:
            words |= first_words(pattern)
        elif isinstance(pattern, URLPattern | URLResolver):
            words.add(route.strip("^").split("/")[0])
    return {word for word in words if word and "<" not in word and "." not in word}


def test_no_business_can_take_an_address_of_the_portal() -> None:
    assert first_words(get_resolver()) - RESERVED_SLUGS == set()
    for word in ("static", "me", "find", "Own"):
        with pytest.raises(ValidationError):
            validate_slug(word)
    validate_slug("juniper")
