"""How many come and who, and that their number has changed, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.bookings.wording import mix_words
from apps.messages.facts import BookingFacts, Kind
from apps.messages.names import without_links


def resized_subjects() -> dict[Kind, str]:
    """What stands before the time in the subject of a mail about another number of people."""
    return {Kind.RESIZED: _("Changed"), Kind.NEW_RESIZED: _("Changed by the customer")}


def people_words(facts: BookingFacts) -> str:
    """ "2 people: Eva, Mia", "Mia"; "" where it is for whoever booked it. Where their number has
    changed, "1 person, instead of 2"."""
    names = ", ".join(map(without_links, facts.who_comes))
    many = mix_words(facts.mix) or _counted(facts.party_size)
    if facts.people_before:
        many = _("%(now)s, instead of %(before)d") % {"now": many, "before": facts.people_before}
    elif not facts.mix and facts.party_size == 1:
        return "" if names == without_links(facts.customer_name) else names
    return ": ".join(filter(None, (many, names)))


def _counted(people: int) -> str:
    return ngettext("%d person", "%d people", people) % people
