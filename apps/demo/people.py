"""Sign-ins of the team: users with a verified address, as if they had accepted an invitation."""

from collections.abc import Mapping

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from apps.businesses.models import Business, TeamMember
from apps.catalog.models import StaffMember
from apps.demo.sign_ins import SignIn, sign_ins_of


def add_team(*, business: Business, people: Mapping[str, StaffMember]) -> TeamMember:
    """Write the users and roles of one demo business and return its owner.

    A user who exists already (from an earlier demo) keeps their pass word.
    """
    listed = sign_ins_of(business.slug)
    password = make_password(listed[0].password)  # hashed once per business: it is slow by design
    members = [_add_member(business, person, password) for person in listed]
    for person, member in zip(listed, members, strict=True):
        if person.staff_name:
            people[person.staff_name].user = member.user
            people[person.staff_name].save(update_fields=["user"])
    return members[0]


def _add_member(business: Business, person: SignIn, password: str) -> TeamMember:
    first, last = person.name.split(maxsplit=1)
    user, _new = User.objects.get_or_create(
        username=person.email,
        defaults={
            "email": person.email,
            "first_name": first,
            "last_name": last,
            "password": password,
        },
    )
    EmailAddress.objects.get_or_create(
        user=user, email=person.email, defaults={"verified": True, "primary": True}
    )
    return TeamMember.objects.create(business=business, user=user, role=person.role)
