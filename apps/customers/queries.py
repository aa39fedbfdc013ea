from apps.customers.identity import identity_of
from apps.customers.models import Customer


def find_blocked(*, business_id: int, email: str, phone: str) -> list[int]:
    """Return the ids of blocked contacts of a business that this address or phone (E.164) means.

    One query over the few who are blocked, by an index of their own.
    """
    blocked = Customer.objects.filter(business_id=business_id, blocked=True)
    wanted = identity_of(email)
    return [
        pk
        for pk, its_email, its_phone in blocked.values_list("pk", "email", "phone")
        if identity_of(its_email) == wanted or (phone and phone == its_phone)
    ]
