"""Where somebody of the team stands: the business, the role's rights, and whose bookings."""

from dataclasses import dataclass

from django.db.models import QuerySet

from apps.bookings.models import Booking
from apps.businesses.models import Business, TeamMember
from apps.catalog.models import StaffMember
from apps.dashboard.roles import ROLES, Right
from apps.web.http import HtmxRequest


@dataclass(frozen=True, slots=True)
class Desk:
    """own_resource_ids is None for people who see everybody's bookings."""

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


class OwnerRequest(HtmxRequest):
    """A request that the guard has let into a business."""

    desk: Desk


def open_desk(*, member: TeamMember) -> Desk:
    """Put the rights of a member together; people without SEE_EVERYBODY cost one query."""
    rights = ROLES[member.role]
    if Right.SEE_EVERYBODY in rights:
        return Desk(member, rights)
    own = StaffMember.objects.filter(business_id=member.business_id, user_id=member.user_id)
    return Desk(member, rights, frozenset(own.values_list("resource_id", flat=True)))
