"""Addresses of the owner section. Every view behind them names the right that opens it."""

from django.urls import path

from apps.dashboard.bookings.views.booking import (
    block,
    booking,
    cancel,
    make_link,
    note,
    online_link,
    unblock,
)
from apps.dashboard.bookings.views.booking import takes_place as booking_takes_place
from apps.dashboard.bookings.views.conflicts import (
    cancel_side,
    conflict,
    conflicts,
    looked_at,
    refused_refund,
    uncovered_card,
)
from apps.dashboard.bookings.views.erase import erase
from apps.dashboard.bookings.views.move import check as move_check
from apps.dashboard.bookings.views.move import move
from apps.dashboard.bookings.views.no_show import came, no_show
from apps.dashboard.bookings.views.party import party
from apps.dashboard.calendar.views import agenda, why
from apps.dashboard.classes.views.change_class import change_class
from apps.dashboard.classes.views.door import door
from apps.dashboard.classes.views.roster import all_here, cancel_sessions, check_in, places, roster
from apps.dashboard.classes.views.timetable import class_week, new_class
from apps.dashboard.classes.views.waiting import add, message, takes_place, waiting
from apps.dashboard.money.views import (
    ask_to_pay,
    leftover,
    mark_paid,
    orders,
    refund,
    takings,
    undo_paid,
    use_code,
    use_plan,
    waive_fee,
)
from apps.dashboard.prepaid.views.gift_cards import (
    adjust_gift_card,
    gift_card,
    gift_cards,
    offer_gift_cards,
    stop_gift_card,
)
from apps.dashboard.prepaid.views.holders import (
    adjust_plan,
    end_plan,
    held_plan,
    pause_plan,
    plan_holders,
    plan_next,
    plan_paid,
    send_plan_link,
    stop_renewal,
    undo_plan_paid,
)
from apps.dashboard.prepaid.views.plans import new_plan, plan, plans, retire_plan
from apps.dashboard.prepaid.views.sales import sell_gift_card, sell_plan
from apps.dashboard.requests.views import (
    accept_move,
    confirm,
    confirm_anyway,
    decline,
    decline_move,
    requests,
    suggest,
    undo,
)
from apps.dashboard.setup.views.clocks import business_clock, clocks, place_clock
from apps.dashboard.setup.views.privacy import privacy
from apps.dashboard.setup.views.promotions import coupons, discounts, stop_coupon, stop_discount
from apps.dashboard.setup.views.service_settings import service_payment, service_requests, services
from apps.dashboard.today.views import choose_business, day, needs, today
from apps.dashboard.waitlist.views import new_wish, waitlist, wish

app_name = "dashboard"

urlpatterns = [
    path("", choose_business, name="choose_business"),
    path("<slug:slug>/", today, name="today"),
    path("<slug:slug>/needs/", needs, name="needs"),
    path("<slug:slug>/day/", day, name="day"),
    path("<slug:slug>/requests/", requests, name="requests"),
    path("<slug:slug>/agenda/", agenda, name="agenda"),
    path("<slug:slug>/why/", why, name="why"),
    path("<slug:slug>/conflicts/", conflicts, name="conflicts"),
    path("<slug:slug>/conflicts/payments/<int:payment_id>/", looked_at, name="looked_at"),
    path("<slug:slug>/conflicts/refunds/<int:refund_id>/", refused_refund, name="refused_refund"),
    path("<slug:slug>/conflicts/cards/<str:reference>/", uncovered_card, name="uncovered_card"),
    path("<slug:slug>/conflicts/<str:reference>/", conflict, name="conflict"),
    path(
        "<slug:slug>/conflicts/<str:reference>/cancel/<str:side>/",
        cancel_side,
        name="cancel_side",
    ),
    path("<slug:slug>/bookings/<str:reference>/paid/", mark_paid, name="mark_paid"),
    path("<slug:slug>/bookings/<str:reference>/undo-paid/", undo_paid, name="undo_paid"),
    path("<slug:slug>/bookings/<str:reference>/no-show/", no_show, name="no_show"),
    path("<slug:slug>/bookings/<str:reference>/came/", came, name="came"),
    path("<slug:slug>/bookings/<str:reference>/ask-to-pay/", ask_to_pay, name="ask_to_pay"),
    path("<slug:slug>/bookings/<str:reference>/waive-fee/", waive_fee, name="waive_fee"),
    path("<slug:slug>/bookings/<str:reference>/code/", use_code, name="use_code"),
    path("<slug:slug>/bookings/<str:reference>/plan/", use_plan, name="use_plan"),
    path("<slug:slug>/bookings/<str:reference>/refund/", refund, name="refund"),
    path("<slug:slug>/bookings/<str:reference>/leftover/", leftover, name="leftover"),
    path("<slug:slug>/coupons/", coupons, name="coupons"),
    path("<slug:slug>/coupons/<int:coupon>/stop/", stop_coupon, name="stop_coupon"),
    path("<slug:slug>/plans/", plans, name="plans"),
    path("<slug:slug>/plans/new/", new_plan, name="new_plan"),
    path("<slug:slug>/plans/holders/", plan_holders, name="plan_holders"),
    path("<slug:slug>/plans/<int:plan_id>/", plan, name="plan"),
    path("<slug:slug>/plans/<int:plan_id>/retire/", retire_plan, name="retire_plan"),
    path("<slug:slug>/plans/<int:plan_id>/sell/", sell_plan, name="sell_plan"),
    path("<slug:slug>/plans/held/<str:reference>/", held_plan, name="held_plan"),
    path("<slug:slug>/plans/held/<str:reference>/pause/", pause_plan, name="pause_plan"),
    path("<slug:slug>/plans/held/<str:reference>/renewal/", stop_renewal, name="stop_renewal"),
    path("<slug:slug>/plans/held/<str:reference>/end/", end_plan, name="end_plan"),
    path("<slug:slug>/plans/held/<str:reference>/adjust/", adjust_plan, name="adjust_plan"),
    path("<slug:slug>/plans/held/<str:reference>/link/", send_plan_link, name="send_plan_link"),
    path("<slug:slug>/plans/held/<str:reference>/paid/", plan_paid, name="plan_paid"),
    path("<slug:slug>/plans/held/<str:reference>/next/", plan_next, name="plan_next"),
    path(
        "<slug:slug>/plans/held/<str:reference>/undo-paid/", undo_plan_paid, name="undo_plan_paid"
    ),
    path("<slug:slug>/gift-cards/", gift_cards, name="gift_cards"),
    path("<slug:slug>/gift-cards/offer/", offer_gift_cards, name="offer_gift_cards"),
    path("<slug:slug>/gift-cards/sell/", sell_gift_card, name="sell_gift_card"),
    path("<slug:slug>/gift-cards/<str:reference>/", gift_card, name="gift_card"),
    path(
        "<slug:slug>/gift-cards/<str:reference>/adjust/", adjust_gift_card, name="adjust_gift_card"
    ),
    path("<slug:slug>/gift-cards/<str:reference>/stop/", stop_gift_card, name="stop_gift_card"),
    path("<slug:slug>/services/", services, name="services"),
    path(
        "<slug:slug>/services/<int:service_id>/payment/",
        service_payment,
        name="service_payment",
    ),
    path(
        "<slug:slug>/services/<int:service_id>/requests/",
        service_requests,
        name="service_requests",
    ),
    path("<slug:slug>/places/", clocks, name="clocks"),
    path("<slug:slug>/privacy/", privacy, name="privacy"),
    path("<slug:slug>/places/clock/", business_clock, name="business_clock"),
    path("<slug:slug>/places/<int:place>/clock/", place_clock, name="place_clock"),
    path("<slug:slug>/discounts/", discounts, name="discounts"),
    path("<slug:slug>/discounts/<int:discount>/stop/", stop_discount, name="stop_discount"),
    path("<slug:slug>/money/", takings, name="takings"),
    path("<slug:slug>/money/orders/", orders, name="orders"),
    path("<slug:slug>/waitlist/", waitlist, name="waitlist"),
    path("<slug:slug>/waitlist/new/", new_wish, name="new_wish"),
    path("<slug:slug>/waitlist/<str:reference>/", wish, name="wish"),
    path("<slug:slug>/classes/", class_week, name="classes"),
    path("<slug:slug>/classes/new/", new_class, name="new_class"),
    path("<slug:slug>/door/<str:code>/", door, name="door"),
    path("<slug:slug>/classes/<int:session_id>/", roster, name="roster"),
    path("<slug:slug>/classes/<int:session_id>/check-in/", check_in, name="check_in"),
    path("<slug:slug>/classes/<int:session_id>/all-here/", all_here, name="all_here"),
    path("<slug:slug>/classes/<int:session_id>/waiting/", waiting, name="waiting"),
    path("<slug:slug>/classes/<int:session_id>/takes-place/", takes_place, name="takes_place"),
    path("<slug:slug>/classes/<int:session_id>/add/", add, name="add"),
    path("<slug:slug>/classes/<int:session_id>/message/", message, name="message"),
    path("<slug:slug>/classes/<int:session_id>/change/", change_class, name="change_class"),
    path("<slug:slug>/classes/<int:session_id>/places/", places, name="places"),
    path("<slug:slug>/classes/<int:session_id>/cancel/", cancel_sessions, name="cancel_sessions"),
    path("<slug:slug>/bookings/<str:reference>/", booking, name="booking"),
    path("<slug:slug>/bookings/<str:reference>/confirm/", confirm, name="confirm"),
    path(
        "<slug:slug>/bookings/<str:reference>/confirm-anyway/",
        confirm_anyway,
        name="confirm_anyway",
    ),
    path("<slug:slug>/bookings/<str:reference>/decline/", decline, name="decline"),
    path(
        "<slug:slug>/bookings/<str:reference>/accept-move/",
        accept_move,
        name="accept_move",
    ),
    path(
        "<slug:slug>/bookings/<str:reference>/decline-move/",
        decline_move,
        name="decline_move",
    ),
    path("<slug:slug>/bookings/<str:reference>/block/", block, name="block"),
    path("<slug:slug>/bookings/<str:reference>/unblock/", unblock, name="unblock"),
    path("<slug:slug>/bookings/<str:reference>/suggest/", suggest, name="suggest"),
    path("<slug:slug>/bookings/<str:reference>/undo/", undo, name="undo"),
    path("<slug:slug>/bookings/<str:reference>/cancel/", cancel, name="cancel"),
    path("<slug:slug>/bookings/<str:reference>/move/", move, name="move"),
    path("<slug:slug>/bookings/<str:reference>/people/", party, name="party"),
    path("<slug:slug>/bookings/<str:reference>/move/check/", move_check, name="move_check"),
    path(
        "<slug:slug>/bookings/<str:reference>/takes-place/",
        booking_takes_place,
        name="booking_takes_place",
    ),
    path("<slug:slug>/bookings/<str:reference>/notes/", note, name="note"),
    path("<slug:slug>/bookings/<str:reference>/customer-link/", make_link, name="make_link"),
    path("<slug:slug>/bookings/<str:reference>/erase/", erase, name="erase"),
    path("<slug:slug>/bookings/<str:reference>/link/", online_link, name="online_link"),
]
