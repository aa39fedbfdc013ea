"""What a mail says of where it happens: at the business, at the customer's, or online."""

from django.utils.translation import gettext as _

from apps.messages.facts import BookingFacts, Kind
from apps.messages.links import directions_url


def where_of(facts: BookingFacts, kind: Kind) -> list[tuple[str, str, str]]:
    """The place, and the address and words of a link below it, "" without one; nothing where it
    need not be said.

    The customer finds the way to us, and the team to the customer; nobody needs a map to their own
    door. The link of a meeting is told once it is confirmed.
    """
    if facts.online:
        link = facts.online_link if facts.status == "CONFIRMED" else ""
        return [(_("Online"), link, _("Join here") if link else "")]
    if not facts.address or (kind.is_for_team and not facts.at_customer):
        return []
    if kind.is_for_team is facts.at_customer:
        return [(facts.address, directions_url(facts.address), _("Directions"))]
    return [(facts.address, "", "")]


def link_notes(facts: BookingFacts, kind: Kind) -> list[str]:
    """What is said of an online booking whose link nobody has typed yet."""
    if not facts.online or facts.online_link:
        return []
    if kind in {Kind.BOOKED, Kind.CONFIRMED}:
        return [_("We’ll e-mail you the link before it starts.")]
    if kind is Kind.NEW_BOOKING:
        return [_("It takes place online and has no link yet: send one from the booking’s page.")]
    return []
