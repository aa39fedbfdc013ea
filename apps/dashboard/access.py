"""Who gets into the owner section (rule S2, settings.GUARDED_SECTIONS), and what is open to them
there: the business, the rights of their role, and whose bookings exist for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from apps.bookings.models import Booking
from apps.businesses.models import Business, TeamMember
from apps.businesses.queries import get_membership
from apps.catalog.models import StaffMember
from apps.dashboard.roles import ROLES, Right
from apps.web.http import HtmxRequest, go_to, instead_of_the_page, own_path, wants_fragment
from apps.web.kept_text import page_around, store_text


@dataclass(frozen=True, slots=True)
class Access:
    """What is open to a member of the team. own_resource_ids is None for people who see everybody's
    bookings."""

    member: TeamMember
    rights: frozenset[Right]
    own_resource_ids: frozenset[int] | None = None

    @property
    def business(self) -> Business:
        return self.member.business

    def may(self, right: Right) -> bool:
        return right in self.rights

    def sees(self, resource_id: int | None) -> bool:
        """Tell whether bookings of this resource exist for this person."""
        return self.own_resource_ids is None or resource_id in self.own_resource_ids

    def bookings(self) -> QuerySet[Booking]:
        """Return the bookings that exist for this person: of the business, or of their chair."""
        bookings = Booking.objects.filter(business_id=self.business.pk)
        if self.own_resource_ids is None:
            return bookings
        return bookings.filter(resource_id__in=self.own_resource_ids)

    def booking(self, reference: str) -> Booking:
        """Return a booking that exists for this person, with what its page shows of other tables.

        Raises:
            Booking.DoesNotExist: there is none, it is another business's, or another chair's.
        """
        related = (
            *("business", "service__category", "location"),
            *("customer", "resource__staff_member"),
        )
        return self.bookings().select_related(*related).get(reference=reference)


class OwnerRequest(HtmxRequest):
    """A request that the guard has let into a business."""

    access: Access


def open_access(*, member: TeamMember) -> Access:
    """Put the rights of a member together; people without SEE_EVERYBODY cost one query."""
    rights = ROLES[member.role]
    if Right.SEE_EVERYBODY in rights:
        return Access(member, rights)
    own = StaffMember.objects.filter(business_id=member.business_id, user_id=member.user_id)
    return Access(member, rights, frozenset(own.values_list("resource_id", flat=True)))


def admit(
    request: HttpRequest, roles: frozenset[str], view_kwargs: Mapping[str, Any]
) -> HttpResponse | None:
    """Let members of the business in and put their access on the request.

    Logged out: 303 to the sign-in, HX-Redirect for a fragment. A stranger gets the 404 of a
    business that does not exist; a member whose role may not do this gets 403, because that the
    page exists is no secret to them. An address without a business only asks for a sign-in.

    Raises:
        Http404: this person has no role in the business of the address.
    """
    user = request.user
    if isinstance(user, AnonymousUser):
        store_text(request, now=timezone.now())
        return ask_to_sign_in(request)
    slug = view_kwargs.get("slug")
    if slug is None:
        return None
    member = get_membership(user=user, slug=slug)
    if member is None:
        raise Http404
    if member.role not in roles:
        return refuse_role(request)
    request.access = open_access(member=member)  # type: ignore[attr-defined]
    return None


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send somebody to the sign-in, and back to the page they wanted afterwards."""
    response = go_to(request, "account_login", query={"next": _page_wanted(request)})
    add_never_cache_headers(response)
    return response


def refuse_role(request: HttpRequest) -> HttpResponse:
    """Say that the role may not do this (403)."""
    response = render(request, "dashboard/refused.html", status=403)
    add_never_cache_headers(response)
    return instead_of_the_page(request, response)


def _page_wanted(request: HttpRequest) -> str:
    """The page itself; for a fragment or a form that was sent the page around it."""
    home = reverse("dashboard:choose_business")
    if wants_fragment(request):
        around = urlsplit(request.headers.get("HX-Current-URL", ""))
        return own_path(around.path, default=home)
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    return page_around(request) or home
