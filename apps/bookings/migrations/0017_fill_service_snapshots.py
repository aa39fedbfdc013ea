"""Bookings from before there were snapshots get one of their service as it is at the upgrade: what
their pages and mails have said so far. One statement for each service and location, and one
for each booking with extras or with people of several kinds."""

from collections import defaultdict

from django.db import migrations


def _main_address(location):
    """As Location.address says it."""
    if location is None:
        return ""
    town = " ".join(part for part in (location.postal_code, location.city) if part)
    return ", ".join(part for part in (location.street, town) if part)


def _snapshot_of(service, location):
    business = service.business
    return {
        "version": 1,
        "venue": "ONLINE" if service.online else "BUSINESS",
        "address": "" if service.online else _main_address(location),
        "online_link": "",
        "arrival_note": "" if service.online else business.arrival_note,
        "place_word": business.place_word,
        "pays_in_person": service.pays_in_person,
        "pays_online": service.pays_online,
        "any_amount": service.any_amount,
        "requires_approval": service.requires_approval,
        "allows_multiple_requests": service.allows_multiple_requests,
        "answer_within_hours": business.answer_within_hours,
        "extras": [],
        "mix": [],
    }


def fill(apps, schema_editor):
    Booking = apps.get_model("bookings", "Booking")
    Service = apps.get_model("catalog", "Service")
    Location = apps.get_model("businesses", "Location")
    places = {place.pk: place for place in Location.objects.all()}
    main = {}
    for place in Location.objects.order_by("-position", "-pk"):
        main[place.business_id] = place
    services = Service.objects.select_related("business").in_bulk()
    empty = Booking.objects.filter(service_snapshot={})
    for service_id, location_id in empty.values_list("service_id", "location_id").distinct():
        service = services[service_id]
        place = places.get(location_id) or main.get(service.business_id)
        rows = Booking.objects.filter(service_id=service_id, location_id=location_id)
        rows.update(service_snapshot=_snapshot_of(service, place))
    _fill_parts(apps)


def _fill_parts(apps):
    Booking = apps.get_model("bookings", "Booking")
    AddOn = apps.get_model("bookings", "BookedAddOn")
    Choice = apps.get_model("bookings", "ParticipantChoice")
    parts = defaultdict(lambda: ([], []))
    for booking_id, name in AddOn.objects.order_by("pk").values_list("booking_id", "name"):
        parts[booking_id][0].append(name)
    kinds = Choice.objects.order_by("pk").values_list("booking_id", "people", "name")
    for booking_id, people, name in kinds:
        parts[booking_id][1].append([people, name])
    for booking_id, (extras, mix) in parts.items():
        booking = Booking.objects.only("service_snapshot").get(pk=booking_id)
        booking.service_snapshot |= {"extras": extras, "mix": mix}
        booking.save(update_fields=["service_snapshot"])


class Migration(migrations.Migration):

    dependencies = [
        ("bookings", "0016_service_snapshot"),
        ("businesses", "0004_sells_gift_cards"),
        ("catalog", "0012_home_visits"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
