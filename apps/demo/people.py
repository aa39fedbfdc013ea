"""The team of the demo: who can sign in, with which pass word (the one list, printed by
`seed_demo`), as users with a verified address, as if they had accepted an invitation.

Everybody can read these here, so they exist in demo mode only (`seed_demo` refuses otherwise).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from apps.businesses.models import Business, TeamMember
from apps.catalog.models import StaffMember

Role = TeamMember.Role


@dataclass(frozen=True, slots=True)
class SignIn:
    """One person of one business; staff_name is set when the person also serves customers."""

    slug: str
    name: str
    email: str
    role: Role
    staff_name: str = ""

    @property
    def password(self) -> str:
        """One per business; long enough for the rules everybody else has to follow."""
        return f"demo-{self.slug}-2026"


SIGN_INS = (
    SignIn("juniper", "Olga Brandt", "olga@juniper.example", Role.OWNER),
    SignIn("juniper", "Mona Keller", "mona@juniper.example", Role.MANAGER),
    SignIn("juniper", "Finn Albers", "finn@juniper.example", Role.FRONT_DESK),
    SignIn("juniper", "Ana Petrović", "ana@juniper.example", Role.STAFF, staff_name="Ana"),
    SignIn("juniper", "Adam Roth", "adam@juniper.example", Role.ACCOUNTANT),
    SignIn("harbor", "Hannah Cole", "hannah@harbor.example", Role.OWNER),
    SignIn("northside", "Noel Whitaker", "noel@northside.example", Role.OWNER),
)


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


def sign_ins_of(slug: str) -> tuple[SignIn, ...]:
    """List the people of one demo business, the owner first."""
    return tuple(person for person in SIGN_INS if person.slug == slug)


def describe(*, origin: str, names: Iterable[tuple[str, str]]) -> str:
    """Say where the businesses (slug, name) are and how to get in, for a terminal.

    The origin appears in front of every path, so that `up` can put another one in its place.
    """
    lines = ["Demo businesses:"]
    lines += [f"  {name:<18} {origin}/{slug}/" for slug, name in names]
    lines += ["", f"Sign in at {origin}/own/sign-in/ as"]
    width = max(len(person.email) for person in SIGN_INS)
    lines += [
        f"  {person.email:<{width}}  {person.password:<19}  {person.role.label}"
        for person in SIGN_INS
    ]
    return "\n".join(lines)
