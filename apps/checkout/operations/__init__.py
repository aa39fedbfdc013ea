"""The verbs of money. Rows are locked in this order: booking, resources, sessions, order, payments,
coupon, counter of receipts; a provider is asked only while nothing is locked."""

from apps.checkout.operations._cancel_and_refund import (
    cancel_and_keep,
    cancel_and_refund,
    cancel_the_other,
    keep_money,
    refund_the_rest,
)
from apps.checkout.operations._check_out import CLOSE_TOPIC, CheckedOut, Seen, check_out
from apps.checkout.operations._coupons import (
    CodeTaken,
    CouponFacts,
    make_coupon,
    stop_coupon,
)
from apps.checkout.operations._discounts import (
    DiscountFacts,
    add_people,
    book_with_discount,
    make_discount,
    stop_discount,
)
from apps.checkout.operations._errors import (
    CouponRefused,
    DetailsMissing,
    NotOwed,
    QuoteChanged,
    RefundChanged,
    TooMuchOfLine,
    TooMuchToRefund,
    WayNotOffered,
    WrongTruth,
)
from apps.checkout.operations._forget import close_payment, forget_abandoned_orders
from apps.checkout.operations._in_person import mark_paid, undo_mark_paid
from apps.checkout.operations._pay_balance import pay_balance
from apps.checkout.operations._practice import (
    TELL_TOPIC,
    Act,
    SessionOver,
    act_in_practice,
    tell_of_practice,
)
from apps.checkout.operations._receive import LOOK_TOPIC, receive_event
from apps.checkout.operations._refund import do_refund, refund_order
from apps.checkout.operations._settle import (
    REFUND_TOPIC,
    settle_open_payments,
    settle_payment,
    write_truth,
)
from apps.checkout.pricing import AmountRefused

__all__ = [
    "CLOSE_TOPIC",
    "LOOK_TOPIC",
    "REFUND_TOPIC",
    "TELL_TOPIC",
    "Act",
    "AmountRefused",
    "CheckedOut",
    "CodeTaken",
    "CouponFacts",
    "CouponRefused",
    "DetailsMissing",
    "DiscountFacts",
    "NotOwed",
    "QuoteChanged",
    "RefundChanged",
    "Seen",
    "SessionOver",
    "TooMuchOfLine",
    "TooMuchToRefund",
    "WayNotOffered",
    "WrongTruth",
    "act_in_practice",
    "add_people",
    "book_with_discount",
    "cancel_and_keep",
    "cancel_and_refund",
    "cancel_the_other",
    "check_out",
    "close_payment",
    "do_refund",
    "forget_abandoned_orders",
    "keep_money",
    "make_coupon",
    "make_discount",
    "mark_paid",
    "pay_balance",
    "receive_event",
    "refund_order",
    "refund_the_rest",
    "settle_open_payments",
    "settle_payment",
    "stop_coupon",
    "stop_discount",
    "tell_of_practice",
    "undo_mark_paid",
    "write_truth",
]
