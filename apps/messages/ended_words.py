"""What the subject and the heading of a mail say of what its customer or the team ended: a request
is withdrawn, a booking is cancelled."""

from django.utils.translation import gettext as _

from apps.messages.facts import BookingFacts, Kind


def ended_subjects(facts: BookingFacts) -> dict[Kind, str]:
    """In a few words, for customer and team."""
    if facts.withdrawn:
        return {
            Kind.CANCELED: _("Withdrawn"),
            Kind.NEW_CANCELED: _("Withdrawn by the customer"),
        }
    return {Kind.CANCELED: _("Cancelled"), Kind.NEW_CANCELED: _("Cancelled by the customer")}


def ended_headings(facts: BookingFacts) -> dict[Kind, str]:
    """The same in a sentence, without its full stop for the customer, whose name follows."""
    if facts.withdrawn:
        return {
            Kind.CANCELED: _("Your request is withdrawn"),
            Kind.NEW_CANCELED: _("A customer withdrew a request."),
        }
    return {
        Kind.CANCELED: _("Your booking is cancelled"),
        Kind.NEW_CANCELED: _("A customer cancelled."),
    }
