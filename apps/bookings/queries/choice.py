from dataclasses import replace

from apps.bookings.models import Booking
from apps.businesses.models import Location
from apps.catalog.models import Service
from apps.catalog.queries import Choice, UnknownChoice, choose


def choice_of(*, booking: Booking) -> Choice:
    """Put the choice behind a booking together again from the catalog as it is today.

    Its place is the one that was booked, also where the service has moved since.

    Raises:
        UnknownChoice: the service no longer offers what was chosen.
    """
    specific = booking.selection == Booking.Selection.SPECIFIC_RESOURCE
    add_ons = (
        booking.add_ons.exclude(add_on=None).values_list("add_on_id", flat=True)
        if booking.service.has_any_add_ons is not False
        else ()
    )
    has_mix = booking.kind != Service.Kind.APPOINTMENT
    mix = booking.mix.exclude(variant=None).values_list("variant_id", "people") if has_mix else ()
    choice = choose(
        service=booking.service,
        variant_id=booking.variant_id,
        add_on_ids=list(add_ons),
        party_size=booking.party_size,
        resource_id=booking.resource_id if specific else None,
        mix=dict(mix),
    )
    return replace(choice, location=_place_of(booking))


def choice_as_booked(*, booking: Booking) -> Choice:
    """The same for a promise that was given already, also when the service no longer offers what
    was chosen: the plain service then says what is needed, and the booking how long and with
    whom."""
    try:
        return choice_of(booking=booking)
    except UnknownChoice:
        return replace(choose(service=booking.service), location=_place_of(booking))


def wants_the_same(booking: Booking, choice: Choice) -> bool:
    """Whether a booking was made by this choice: the same service and place, for as many people,
    with the same person if one was named."""
    try:
        return _wanted(choice_of(booking=booking)) == _wanted(choice)
    except UnknownChoice:
        return False


def _wanted(choice: Choice) -> tuple[object, ...]:
    extras = frozenset(it.pk for it in choice.add_ons)
    people = (choice.party_size, choice.chosen_id)
    return (choice.service.pk, choice.variant, tuple(choice.mix), choice.location, extras, people)


def _place_of(booking: Booking) -> Location | None:
    if booking.location_id is None:
        return None
    known = (it for it in booking.service.all_locations if it.pk == booking.location_id)
    return next(known, None) or booking.location
