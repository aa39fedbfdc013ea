"""Money that did not go where it should: there are no keys to its provider any more, the provider
refused to give it back, or a gift card used what is not paid for any more."""

from django.db.models import F, QuerySet

from apps.checkout.models import GiftCard, Payment, Refund
from apps.checkout.providers import names_spoken_to

UNSETTLED = ("PENDING", "AUTHORIZED")


def stranded_payments(*, business_id: int) -> QuerySet[Payment]:
    """Payments under way, or kept aside, of which nobody can learn how they stand."""
    own = Payment.objects.filter(
        business_id=business_id, kind=Payment.Kind.ONLINE, status__in=UNSETTLED
    )
    return own.exclude(provider__in=names_spoken_to()).exclude(provider_ref="")


def stranded_refunds(*, business_id: int) -> QuerySet[Refund]:
    """Refunds that were promised and cannot be done."""
    own = Refund.objects.filter(business_id=business_id, status=Refund.Status.PENDING)
    return own.filter(payment__kind=Payment.Kind.ONLINE).exclude(
        payment__provider__in=names_spoken_to()
    )


def refused_refunds(*, business_id: int) -> QuerySet[Refund]:
    """Refunds that the provider refused, whose money is here and about which nobody has decided
    (rule M32)."""
    failed = Refund.objects.filter(business_id=business_id, status="FAILED", decided_at=None)
    return failed.filter(payment__captured__gt=F("payment__refunded"))


def uncovered_cards(*, business_id: int) -> QuerySet[GiftCard]:
    """Gift cards that were used and whose purchase went back, until that is settled (rule M31)."""
    return GiftCard.objects.filter(business_id=business_id, uncovered__gt=0)
