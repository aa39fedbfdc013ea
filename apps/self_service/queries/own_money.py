"""What one mailbox paid and holds, as plain values: orders with their payments, plans, gift cards.
Money is minor units beside its currency, instants are UTC."""

from django.db.models import Prefetch, QuerySet

from apps.checkout.models import CreditEntry, GiftCard, Order, Payment, PlanPurchase, Refund
from apps.prepaid.queries.of_mailbox import cards_of_mailbox
from apps.self_service.queries.plain import Plain, at_words


def all_of_plans(email: str) -> QuerySet[PlanPurchase]:
    """The plans of an address (lower case), with every row that hangs on them."""
    mine = PlanPurchase.objects.filter(customer__email=email)
    entries = Prefetch("entries", CreditEntry.objects.select_related("booking"))
    orders = Prefetch("orders", with_payments(Order.objects.order_by("pk")))
    return mine.prefetch_related(entries, orders).order_by("pk")


def all_of_cards(email: str) -> QuerySet[GiftCard]:
    """The gift cards that an address bought or was given, with every row that hangs on them."""
    cards = cards_of_mailbox(email).select_related("order__receipt")
    paid = ("order__lines", "order__payments__refunds__lines__line")
    return cards.prefetch_related("entries", *paid).order_by("pk")


def with_payments(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Orders with what stands in the file of them."""
    return orders.select_related("receipt").prefetch_related(
        "lines", "credit_notes", "payments__refunds__lines__line"
    )


def plain_order(order: Order | None) -> Plain | None:
    """What was asked for and what was paid; None where nothing was."""
    if order is None:
        return None
    receipt = getattr(order, "receipt", None)
    return {
        "reference": order.reference,
        "status": order.status,
        "payment_status": order.payment_status,
        "total": order.total,
        "tax": order.tax,
        "discount": order.discount,
        "discount_name": order.discount_name,
        "code": order.coupon_code,
        "fee": order.fee,
        "currency": order.currency,
        "placed_at": at_words(order.placed_at),
        "receipt": {"number": str(receipt), "given_at": at_words(receipt.given_at)}
        if receipt
        else None,
        "lines": [
            {"name": it.name, "quantity": it.quantity, "total": it.total}
            for it in order.lines.all()
        ],
        "credit_notes": [
            {"amount": it.amount, "people": it.people, "given_at": at_words(it.given_at)}
            for it in order.credit_notes.all()
        ],
        "payments": [_payment(it) for it in order.payments.all()],
    }


def _payment(payment: Payment) -> Plain:
    return {
        "how": payment.kind,
        "status": payment.status,
        "amount": payment.amount,
        "paid": payment.captured,
        "returned": payment.refunded,
        "provider": payment.provider,
        "number": payment.provider_ref,
        "at": at_words(payment.created_at),
        "refunds": [_refund(it) for it in payment.refunds.all()],
    }


def _refund(refund: Refund) -> Plain:
    return {
        "status": refund.status,
        "amount": refund.amount,
        "number": refund.provider_ref,
        "at": at_words(refund.created_at),
        "done_at": at_words(refund.done_at),
        "lines": [{"name": it.line.name, "amount": it.amount} for it in refund.lines.all()],
    }


def plain_plan(plan: PlanPurchase) -> Plain:
    """One plan, with what it was used for."""
    entries = [
        {
            "at": at_words(it.at),
            "what": it.kind,
            "visits": it.amount,
            "booking": it.booking.reference if it.booking else "",
        }
        for it in plan.entries.all()
    ]
    return {
        "business": plan.business.name,
        "reference": plan.reference,
        "name": plan.name,
        "status": plan.status,
        "visits_left": plan.balance,
        "price": plan.price,
        "currency": plan.currency,
        "phone": plan.contact_phone,
        "bought_at": at_words(plan.made_at),
        "starts_at": at_words(plan.starts_at),
        "ends_at": at_words(plan.ends_at),
        "entries": entries,
        "orders": [plain_order(it) for it in plan.orders.all()],
    }


def plain_card(card: GiftCard, email: str) -> Plain:
    """One gift card. The address of the other one who has it stays theirs, and so does what the
    buyer paid; the code is money."""
    entries = [
        {"at": at_words(it.at), "what": it.kind, "amount": it.amount} for it in card.entries.all()
    ]
    is_buyer = card.buyer_email == email
    return {
        "business": card.business.name,
        "reference": card.reference,
        "status": card.status,
        "value": card.value,
        "balance": card.balance,
        "currency": card.currency,
        "from": card.buyer_name,
        "for": card.to_name,
        "words": card.words,
        "bought_by_you": is_buyer,
        "bought_at": at_words(card.made_at),
        "entries": entries,
        "order": plain_order(getattr(card, "order", None)) if is_buyer else None,
    }
