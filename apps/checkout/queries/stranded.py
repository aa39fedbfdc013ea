"""Money that nobody can move, because this portal has no keys to who took it any more."""

from django.db.models import QuerySet

from apps.checkout.models import Payment, Refund
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
