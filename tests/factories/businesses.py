from itertools import count

from django.contrib.auth import get_user_model

from apps.businesses.models import Business, Location, TeamMember

_numbers = count(1)


def make_business(
    *,
    slug: str = "",
    name: str = "Juniper Hair",
    time_zone: str = "Europe/Berlin",
    currency: str = "EUR",
    state: str = Business.State.PUBLISHED,
    hold_minutes: int = 10,
) -> Business:
    return Business.objects.create(
        slug=slug or f"business-{next(_numbers)}",
        name=name,
        time_zone=time_zone,
        currency=currency,
        state=state,
        hold_minutes=hold_minutes,
        phone="030 555 0142",
        email="hello@juniper.example",
    )


def make_location(*, business: Business, name: str = "Salon", time_zone: str = "") -> Location:
    return Location.objects.create(
        business=business,
        name=name,
        street="Kastanienallee 12",
        postal_code="10435",
        city="Berlin",
        time_zone=time_zone,
    )


def make_member(
    *, business: Business, email: str = "olga@juniper.example", role: str = TeamMember.Role.OWNER
) -> TeamMember:
    """Olga, unless another address is given; the pass word is always "correct horse"."""
    users = get_user_model()
    user = users.objects.filter(email=email).first() or users.objects.create_user(
        username=email, email=email, password="correct horse"
    )
    return TeamMember.objects.create(business=business, user=user, role=role)
