"""The verbs of money. Rows are locked in this order: booking (or plan or gift card that is bought),
resources, sessions, order, payments, plan that pays, coupon, gift cards, counter of receipts; a
provider is asked only while nothing is locked."""

from apps.checkout.operations.add_people import add_people
from apps.checkout.operations.authorizations import (
    CAPTURE_TOPIC,
    RELEASE_TOPIC,
    capture_payment,
    look_after_authorized,
    release_payment,
)
from apps.checkout.operations.cancel_and_refund import (
    cancel_and_keep,
    cancel_and_refund,
    cancel_the_other,
    keep_money,
    refund_the_rest,
)
from apps.checkout.operations.change_party import change_party
from apps.checkout.operations.change_zone import change_zone
from apps.checkout.operations.check_out import CheckedOut, Seen, check_out, forget_abandoned_orders
from apps.checkout.operations.errors import (
    CouponRefused,
    DetailsMissing,
    FeeTooHigh,
    GiftRefused,
    NotBegun,
    NotOver,
    NotOwed,
    PaymentUnderWay,
    PlanRefused,
    QuoteChanged,
    ReasonMissing,
    RefundChanged,
    TooMuchOfLine,
    TooMuchToRefund,
    WayNotOffered,
    WayOutNotOffered,
)
from apps.checkout.operations.fees import ask_to_pay, waive_fee
from apps.checkout.operations.final_cancellation import finish_cancellations
from apps.checkout.operations.gift_money import (
    BUYER,
    GIFT_TOPIC,
    RECIPIENT,
    SeenGift,
    release_held,
    tell_all_of_gift,
    tell_of_gift,
)
from apps.checkout.operations.in_person import (
    book_with_discount,
    mark_paid,
    mark_plan_paid,
    undo_mark_paid,
    undo_plan_paid,
)
from apps.checkout.operations.no_show import mark_attendance, mark_no_show, take_no_show_back
from apps.checkout.operations.open_payment import CLOSE_TOPIC, close_payment
from apps.checkout.operations.pay_online import (
    give_up_payment,
    go_on_paying,
    look_after_unclear,
    pay_balance,
)
from apps.checkout.operations.pay_with_plan import (
    pay_with_plan,
    return_lost_credits,
    take_with_plan,
)
from apps.checkout.operations.promotions import (
    CodeTaken,
    CouponFacts,
    DiscountFacts,
    make_coupon,
    make_discount,
    return_lost_coupons,
    stop_coupon,
    stop_discount,
)
from apps.checkout.operations.provider_events import (
    LOOK_TOPIC,
    TELL_TOPIC,
    Act,
    SessionOver,
    act_in_sandbox,
    deliver_sandbox_event,
    receive_event,
)
from apps.checkout.operations.refund import REFUND_TOPIC, do_refund, refund_order
from apps.checkout.operations.refused_refund import WayOut, decide_refused_refund, ways_out
from apps.checkout.operations.settle import (
    apply_provider_state,
    look_after_refunds,
    settle_open_payments,
    settle_payment,
)
from apps.checkout.operations.team_cancellation import cancel_as_decided
from apps.checkout.operations.tell_of_money import PLAN_TOPIC
from apps.checkout.operations.transfer import transfer_course
from apps.checkout.operations.use_code import UsedCode, use_code, use_code_for_plan
from apps.checkout.pricing import AmountRefused

__all__ = [
    "BUYER",
    "CAPTURE_TOPIC",
    "CLOSE_TOPIC",
    "GIFT_TOPIC",
    "LOOK_TOPIC",
    "PLAN_TOPIC",
    "RECIPIENT",
    "REFUND_TOPIC",
    "RELEASE_TOPIC",
    "TELL_TOPIC",
    "Act",
    "AmountRefused",
    "CheckedOut",
    "CodeTaken",
    "CouponFacts",
    "CouponRefused",
    "DetailsMissing",
    "DiscountFacts",
    "FeeTooHigh",
    "GiftRefused",
    "NotBegun",
    "NotOver",
    "NotOwed",
    "PaymentUnderWay",
    "PlanRefused",
    "QuoteChanged",
    "ReasonMissing",
    "RefundChanged",
    "Seen",
    "SeenGift",
    "SessionOver",
    "TooMuchOfLine",
    "TooMuchToRefund",
    "UsedCode",
    "WayNotOffered",
    "WayOut",
    "WayOutNotOffered",
    "act_in_sandbox",
    "add_people",
    "apply_provider_state",
    "ask_to_pay",
    "book_with_discount",
    "cancel_and_keep",
    "cancel_and_refund",
    "cancel_as_decided",
    "cancel_the_other",
    "capture_payment",
    "change_party",
    "change_zone",
    "check_out",
    "close_payment",
    "decide_refused_refund",
    "deliver_sandbox_event",
    "do_refund",
    "finish_cancellations",
    "forget_abandoned_orders",
    "give_up_payment",
    "go_on_paying",
    "keep_money",
    "look_after_authorized",
    "look_after_refunds",
    "look_after_unclear",
    "make_coupon",
    "make_discount",
    "mark_attendance",
    "mark_no_show",
    "mark_paid",
    "mark_plan_paid",
    "pay_balance",
    "pay_with_plan",
    "receive_event",
    "refund_order",
    "refund_the_rest",
    "release_held",
    "release_payment",
    "return_lost_coupons",
    "return_lost_credits",
    "settle_open_payments",
    "settle_payment",
    "stop_coupon",
    "stop_discount",
    "take_no_show_back",
    "take_with_plan",
    "tell_all_of_gift",
    "tell_of_gift",
    "transfer_course",
    "undo_mark_paid",
    "undo_plan_paid",
    "use_code",
    "use_code_for_plan",
    "waive_fee",
    "ways_out",
]
