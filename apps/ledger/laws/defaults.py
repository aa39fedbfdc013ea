"""Does every business have the rules and the form that its services fall back to?"""

from collections.abc import Iterator

from django.db.models import Count, Q

from apps.businesses.models import Business
from apps.ledger.finding import Finding


def find_missing_defaults(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield public businesses without exactly one default policy and one default form."""
    businesses = Business.objects.exclude(state=Business.State.DRAFT)
    if business_id is not None:
        businesses = businesses.filter(pk=business_id)
    counted = businesses.annotate(
        policies_found=Count("policies", filter=Q(policies__is_default=True), distinct=True),
        forms_found=Count("booking_forms", filter=Q(booking_forms__is_default=True), distinct=True),
    ).exclude(policies_found=1, forms_found=1)
    for pk, policies, forms in counted.values_list("pk", "policies_found", "forms_found"):
        yield Finding(
            "one_default",
            pk,
            f"business {pk}",
            f"has {policies} default policies and {forms} default forms",
        )
