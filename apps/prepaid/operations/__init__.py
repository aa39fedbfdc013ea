"""What is bought beforehand: sold, paid for, renewed, changed and ended. Rows are locked in the
order of ``apps.checkout.operations``."""

from apps.prepaid.operations.book_with_plan import book_with_plan
from apps.prepaid.operations.buy_plan import BoughtPlan, Buyer, buy_plan, pay_for_plan
from apps.prepaid.operations.change_plan import (
    adjust_plan,
    ask_for_plans,
    cancel_plan,
    end_plans,
    forget_unpaid_plans,
    pause_plan,
    resume_plan,
    send_plan_link,
    start_renewal,
    stop_renewal,
)
from apps.prepaid.operations.errors import (
    AlreadyBought,
    CardMissing,
    GiftIsOver,
    PlanChanged,
    PlanIsOver,
    PlanNotSold,
    TooFewVisits,
)
from apps.prepaid.operations.gift_cards import (
    BoughtGift,
    Gift,
    adjust_gift_card,
    buy_gift_card,
    forget_unpaid_gifts,
    offer_gift_cards,
    pay_for_gift_card,
    sell_gift_card,
    settle_uncovered,
    stop_gift_card,
)
from apps.prepaid.operations.pay_plan import let_go_of_plan
from apps.prepaid.operations.periods import open_paid_periods, renew_plan, renew_plans
from apps.prepaid.operations.sell_plan import renew_in_person, sell_plan

__all__ = [
    "AlreadyBought",
    "BoughtGift",
    "BoughtPlan",
    "Buyer",
    "CardMissing",
    "Gift",
    "GiftIsOver",
    "PlanChanged",
    "PlanIsOver",
    "PlanNotSold",
    "TooFewVisits",
    "adjust_gift_card",
    "adjust_plan",
    "ask_for_plans",
    "book_with_plan",
    "buy_gift_card",
    "buy_plan",
    "cancel_plan",
    "end_plans",
    "forget_unpaid_gifts",
    "forget_unpaid_plans",
    "let_go_of_plan",
    "offer_gift_cards",
    "open_paid_periods",
    "pause_plan",
    "pay_for_gift_card",
    "pay_for_plan",
    "renew_in_person",
    "renew_plan",
    "renew_plans",
    "resume_plan",
    "sell_gift_card",
    "sell_plan",
    "send_plan_link",
    "settle_uncovered",
    "start_renewal",
    "stop_gift_card",
    "stop_renewal",
]
