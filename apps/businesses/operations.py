"""Verbs about tenants."""

from django.db import transaction

from apps.businesses.models import Business, Clock, FormerSlug, Location
from apps.kernel.refusals import Refusal


class SlugTaken(Refusal):
    """Another business has this address, or had it and is still reached by it."""


@transaction.atomic
def rename_business(*, business_id: int, slug: str) -> Business:
    """Give a business a new address; the old one redirects for ever (rule B26).

    Going back to an address of its own is allowed. The caller has validated the slug's letters.

    Raises:
        SlugTaken: the address leads to another business.
        Business.DoesNotExist: there is no such business.
    """
    # The whole row: an address is a key, and the lock must not grow once others hold the row.
    business = Business.objects.select_for_update().get(pk=business_id)
    if business.slug == slug:
        return business
    of_others = FormerSlug.objects.filter(slug=slug).exclude(business=business)
    if of_others.exists() or Business.objects.filter(slug=slug).exists():
        raise SlugTaken(slug)
    FormerSlug.objects.filter(business=business, slug=slug).delete()
    FormerSlug.objects.create(business=business, slug=business.slug)
    business.slug = slug
    business.save(update_fields=["slug"])
    return business


@transaction.atomic
def publish_business(*, business_id: int) -> Business:
    """Show a business to the public and let people book.

    Raises:
        Business.DoesNotExist: there is no such business.
    """
    return _set_state(business_id=business_id, state=Business.State.PUBLISHED)


@transaction.atomic
def pause_business(*, business_id: int) -> Business:
    """Keep a business visible but take no new bookings (rule B26); existing ones stay as they are.

    Raises:
        Business.DoesNotExist: there is no such business.
    """
    return _set_state(business_id=business_id, state=Business.State.PAUSED)


@transaction.atomic(savepoint=False)
def lock_clock(*, business_id: int, location_id: int | None) -> Clock:
    """Lock the business, and its location if one is named, until the transaction ends, so that
    nobody else changes a zone there; rows that point to them can be written meanwhile.

    Raises:
        Business.DoesNotExist, Location.DoesNotExist: there is no such place in this business.
    """
    business = Business.objects.select_for_update(no_key=True).get(pk=business_id)
    if location_id is None:
        return Clock(business)
    places = Location.objects.select_for_update(no_key=True).filter(business=business)
    return Clock(business, places.get(pk=location_id))


def set_zone(*, clock: Clock, name: str) -> None:
    """Write another zone for a locked clock: an IANA name that was checked, or "" for a location
    that follows its business. What is booked there is the caller's to bring along."""
    row = clock.location or clock.business
    row.time_zone = name
    row.save(update_fields=["time_zone"])


def _set_state(*, business_id: int, state: Business.State) -> Business:
    """Write the state under the lock that a renaming takes, too."""
    business = Business.objects.select_for_update(no_key=True).get(pk=business_id)
    business.state = state
    business.save(update_fields=["state"])
    return business


def lock_business(*, business_id: int) -> None:
    """Let the team of a business make things one by one until the transaction ends: a form that is
    sent twice finds what it made. Nobody who books waits for it."""
    list(Business.objects.select_for_update(no_key=True).filter(pk=business_id).values_list("pk"))
