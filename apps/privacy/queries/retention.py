"""How long a business keeps what, for the page that sets it and for customers who read it."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.businesses.models import Business
from apps.privacy.models import Retention

SUGGESTED = {"contact_months": 24, "unmet_months": 3, "sensitive_months": 6, "mail_months": 3}
"""What the page offers before it was ever saved."""


def find_retention(*, business_id: int) -> Retention:
    """What a business has set; before it did, what is suggested, with revision 0. One query."""
    found = Retention.objects.filter(business_id=business_id).exclude(revision=0).first()
    return found or Retention(business_id=business_id, **SUGGESTED)


def period_words(months: int | None) -> str:
    """ "6 months", or until one is asked."""
    if months is None:
        return _("until you have it erased")
    return ngettext("%(n)d month", "%(n)d months", months) % {"n": months}


def keep_words(*, business: Business) -> list[tuple[str, str]]:
    """What is kept how long, for customers: nothing where the business has set nothing."""
    found = find_retention(business_id=business.pk)
    if not found.revision:
        return []
    return [
        (_("Name, contact and notes, after the visit"), period_words(found.contact_months)),
        (_("Requests and bookings that came to nothing"), period_words(found.unmet_months)),
        (_("Sensitive answers, after the visit"), period_words(found.sensitive_months)),
        (_("The text of our e-mails"), period_words(found.mail_months)),
    ]
