"""What is kept true of gift cards, refused refunds and prices from now on is true of those that were
there before: a default of a column says nothing of them."""

from django.db import migrations
from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.utils import timezone

LIVE = ("PENDING", "CONFIRMED")


def name_refunds(apps, schema_editor):
    """What went off a card because its rest went back to its buyer was called a change by the team,
    which would hide what the team had put on it."""
    GiftEntry, Refund = (apps.get_model("checkout", it) for it in ("GiftEntry", "Refund"))
    at_once = Refund.objects.filter(
        payment__order__gift_card=OuterRef("card"), created_at=OuterRef("at")
    )
    taken_off = GiftEntry.objects.filter(kind="ADJUSTED", amount__lt=0, reason="")
    taken_off.filter(Exists(at_once)).update(kind="REFUNDED")


def follow_purchases(apps, schema_editor):
    """Cards whose purchase went back hold no more than is kept of it (rule M31)."""
    GiftCard, Payment = (apps.get_model("checkout", it) for it in ("GiftCard", "Payment"))
    back = Payment.objects.filter(order__gift_card=OuterRef("pk"), refunded__gt=0)
    for card in GiftCard.objects.filter(Exists(back)).exclude(status="DRAFT").order_by("pk"):
        _follow(apps, card)


def _follow(apps, card):
    Payment, GiftEntry = (apps.get_model("checkout", it) for it in ("Payment", "GiftEntry"))
    entries = GiftEntry.objects.filter(card=card)
    sums = entries.aggregate(
        spent=Sum("amount", filter=Q(kind__in=("USED", "RETURNED"))),
        put_on=Sum("amount", filter=Q(kind="ADJUSTED")),
    )
    money = Payment.objects.filter(order__gift_card=card)
    kept = max(0, money.aggregate(kept=Sum(F("captured") - F("refunded")))["kept"])
    given, used = max(0, sums["put_on"] or 0), -(sums["spent"] or 0)
    excess = max(0, card.balance + used - kept - given)
    off = min(excess, max(0, card.balance - given))
    if off:
        card.balance -= off
        GiftEntry.objects.create(
            card=card, kind="REFUNDED", amount=-off, left=card.balance, at=timezone.now()
        )
    if not kept and not card.balance:
        card.status = "STOPPED"
    card.uncovered = excess - off
    card.save(update_fields=["balance", "status", "uncovered"])


def decide_refused(apps, schema_editor):
    """Of refunds that were refused those are decided about whose money was kept, or went back with
    a later one (rule M32)."""
    Refund = apps.get_model("checkout", "Refund")
    refused = Refund.objects.filter(status="FAILED", decided_at=None).select_related(
        "payment__order"
    )
    for refund in refused.order_by("pk"):
        order = refund.payment.order
        later = Refund.objects.filter(payment__order=order, pk__gt=refund.pk)
        later = later.exclude(status="FAILED").order_by("pk").values_list("amount", "created_at")
        at = order.kept_at
        if sum(amount for amount, _at in later) >= refund.amount:
            at = later.last()[1]
        if at is not None:
            Refund.objects.filter(pk=refund.pk).update(decided_at=at)


def tell_prices(apps, schema_editor):
    """Where tax came on top, the desk took more than the booking said: it says so (rule M27)."""
    Booking, Order = apps.get_model("bookings", "Booking"), apps.get_model("checkout", "Order")
    orders = Order.objects.filter(status="APPROVED", tax_included=False, booking=OuterRef("pk"))
    other = Booking.objects.filter(
        Exists(orders.exclude(total=OuterRef("price"))), status__in=LIVE, price__isnull=False
    )
    other.update(price=Subquery(orders.values("total")[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0022_handed_back"),
        ("checkout", "0021_uncovered_and_refused"),
    ]

    operations = [
        migrations.RunPython(step, migrations.RunPython.noop, elidable=True)
        for step in (name_refunds, follow_purchases, decide_refused, tell_prices)
    ]
