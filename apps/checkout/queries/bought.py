"""What somebody bought for later: plans and gift cards (rule S5)."""

from datetime import datetime

from django.db.models import F, Q

from apps.checkout.models import Order
from apps.customers.identity import domains_of, identity_of


def count_bought_since(*, business_id: int, email: str, since: datetime) -> int:
    """Count the plans and gift cards that a mailbox, in all its spellings, began to buy since then
    (UTC) and whose money is here; one query."""
    perhaps = Q()
    for domain in domains_of(email):
        for name in ("purchase__customer__email", "gift_card__buyer_email"):
            perhaps |= Q(**{f"{name}__iendswith": f"@{domain}"})
    paid = Order.objects.filter(
        perhaps,
        business=business_id,
        placed_at__gte=since,
        payments__captured__gt=F("payments__refunded"),
    )
    found = paid.values_list("pk", "purchase__customer__email", "gift_card__buyer_email")
    wanted = identity_of(email)
    return sum(wanted in {identity_of(it or "") for it in both} for _pk, *both in found.distinct())
