"""Nobody reaches another business, another chair, or more than their role (rule S1).

Walks every address below own/; what one of them lacks, test_owner_pages.py says in words.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver, reverse
from pytest_django import DjangoDbBlocker

from apps.availability.models import Session
from apps.bookings.door_codes import door_code
from apps.bookings.models import Booking
from apps.catalog.models import PricingPlan, Service
from apps.checkout.models import GiftCard, PlanPurchase
from apps.dashboard.access import OwnerRequest
from apps.web.guards import walk_urls
from apps.web.middleware import EVERYBODY, roles_of
from bookings_portal import sign_in_urls
from tests.dashboard.owner_pages import owner_pages
from tests.factories import NOW, Salon, make_member, make_request, make_salon
from tests.factories.prepaid import make_gift_card, make_plan, make_purchase
from tests.factories.studio import make_class
from tests.rows import rows_of
from tests.stages import shared

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db, pytest.mark.once]

METHODS = ("GET", "POST")
ROLES = ("OWNER", "MANAGER", "FRONT_DESK", "STAFF", "ACCOUNTANT")
LOOKERS = frozenset(ROLES)
DECIDERS = frozenset(ROLES) - {"ACCOUNTANT"}
MANAGERS = frozenset({"OWNER", "MANAGER"})
DESKS = MANAGERS | {"FRONT_DESK"}


AT_ANA_S = "ANASCLAS"
"""The reference of whoever comes to the class at Ana's chair."""
BUYER = {"name": "Ida", "email": "ida@example.com", "key": "a-form-of-the-desk"}
NO_ORDER = str(2**62)
"""An order that nobody has."""


@dataclass(frozen=True)
class Case:
    """Who may use an address and how; body is a request that would work for those who may,
    other is what the other method answers them."""

    may: frozenset[str]
    method: str = "GET"
    body: Mapping[str, str] = field(default_factory=dict)
    answer: int = 200
    other: int = 405
    changes: bool = True

    @property
    def other_method(self) -> str:
        return "POST" if self.method == "GET" else "GET"


CASES: dict[str, Case] = {
    "choose_business": Case(LOOKERS, answer=303),
    "today": Case(LOOKERS),
    "needs": Case(LOOKERS, answer=303),  # a page of its own only for htmx
    "day": Case(LOOKERS, answer=303),
    "requests": Case(DECIDERS),
    "accept_move": Case(DECIDERS, "POST", answer=409),  # nothing is asked
    "decline_move": Case(DECIDERS, "POST", answer=409),  # nor declined
    "agenda": Case(LOOKERS),
    "why": Case(DESKS),
    "classes": Case(LOOKERS),
    "new_class": Case(MANAGERS, "POST", answer=422, other=200),
    "conflicts": Case(MANAGERS),
    "conflict": Case(MANAGERS, answer=404, other=404),  # nothing overlaps on the stage
    "cancel_side": Case(MANAGERS, answer=404, other=404),
    "mark_paid": Case(DESKS, "POST", answer=303),
    "no_show": Case(DECIDERS, "POST", answer=409),  # it has not begun
    "came": Case(DECIDERS, "POST", answer=409),  # nobody said that they had not
    "ask_to_pay": Case(DESKS, "POST", answer=409),  # no fee was charged
    "waive_fee": Case(MANAGERS, "POST", {"reason": "A regular"}, answer=409),
    "undo_paid": Case(DESKS, "POST", {"payment": "1"}, answer=409),  # nothing was paid yet
    "refund": Case(
        MANAGERS, "POST", {"amount": "1.00", "seen_refunded": "0"}, answer=409
    ),  # nothing was paid yet
    "leftover": Case(MANAGERS, "POST", {"keep": "1"}, answer=409),  # it is not over
    "use_code": Case(DESKS, "POST", {"code": "NOTHING"}, answer=409),  # not confirmed yet
    "use_plan": Case(DESKS, "POST", {"way": "PLAN-1"}, answer=409),  # not answered yet
    "looked_at": Case(MANAGERS, "POST", answer=404),  # every payment came as it was asked for
    "refused_refund": Case(MANAGERS, "POST", answer=404),  # the bank refused none
    "uncovered_card": Case(MANAGERS, "POST", answer=404),  # every card is covered
    "new_wish": Case(DESKS, "POST", answer=422, other=200),
    "services": Case(MANAGERS),
    "service_payment": Case(
        MANAGERS,
        "POST",
        {
            "revision": "1",
            "price_kind": "FIXED",
            "price": "125.00",
            "pays_in_person": "on",
            "tax_rate": "0",
        },
        answer=303,
        other=200,
    ),
    "service_requests": Case(
        MANAGERS, "POST", {"revision": "1", "unanswered": "DECLINE"}, answer=303, other=200
    ),
    "clocks": Case(MANAGERS),
    "privacy": Case(
        MANAGERS,
        "POST",
        {
            "contact_months": "24",
            "unmet_months": "3",
            "sensitive_months": "EVER",
            "mail_months": "3",
            "revision": "0",
        },
        answer=303,
        other=200,
    ),
    "business_clock": Case(
        MANAGERS, "POST", {"zone": "Europe/Lisbon", "keep": "MOMENT"}, answer=422, other=200
    ),
    "place_clock": Case(
        MANAGERS, "POST", {"zone": "Europe/Lisbon", "keep": "MOMENT"}, answer=422, other=200
    ),
    "takings": Case(frozenset(ROLES) - {"STAFF"}),
    "orders": Case(frozenset(ROLES) - {"STAFF"}, other=303),
    "coupons": Case(MANAGERS, "POST", answer=422, other=200),
    "stop_coupon": Case(MANAGERS, "POST", answer=404),  # the stage has no codes
    "discounts": Case(MANAGERS, "POST", answer=422),
    "stop_discount": Case(MANAGERS, "POST", answer=404),  # nor discounts
    "plans": Case(DESKS),
    "new_plan": Case(MANAGERS, "POST", answer=422, other=200),
    "plan": Case(MANAGERS, "POST", answer=422, other=200),
    "retire_plan": Case(MANAGERS, "POST", {"revision": "1"}, answer=303),
    "sell_plan": Case(DESKS, "POST", {**BUYER, "seen_price": "16000"}, answer=303, other=200),
    "plan_holders": Case(DESKS, other=303),
    "held_plan": Case(DESKS),
    "pause_plan": Case(MANAGERS, "POST", {"revision": "1"}, answer=303),
    "stop_renewal": Case(MANAGERS, "POST", answer=303),
    "end_plan": Case(
        MANAGERS, "POST", {"revision": "1", "amount": "5", "seen_refunded": "0"}, answer=303
    ),
    "adjust_plan": Case(
        MANAGERS,
        "POST",
        {"revision": "1", "way": "MORE", "visits": "1", "reason": "A gift"},
        answer=303,
    ),
    "send_plan_link": Case(DESKS, "POST", answer=303),
    "plan_paid": Case(DESKS, "POST", {"order": NO_ORDER}, answer=409),
    "plan_next": Case(DESKS, "POST", {"revision": "1"}, answer=409),  # a package has no periods
    "undo_plan_paid": Case(DESKS, "POST", {"order": NO_ORDER, "payment": "1"}, answer=409),
    "gift_cards": Case(DESKS, other=303),
    "offer_gift_cards": Case(MANAGERS, "POST", {"offer": "1"}, answer=303),
    "sell_gift_card": Case(DESKS, "POST", {**BUYER, "amount": "50"}, answer=303, other=200),
    "gift_card": Case(DESKS),
    "adjust_gift_card": Case(
        MANAGERS,
        "POST",
        {"seen_balance": "5000", "way": "LESS", "amount": "5", "reason": "By phone"},
        answer=303,
    ),
    "stop_gift_card": Case(MANAGERS, "POST", {"seen_balance": "5000"}, answer=303),
    "waitlist": Case(DESKS),
    "wish": Case(DESKS, answer=404, other=404),  # the requests of the stage do not wait
    "roster": Case(LOOKERS),
    "door": Case(LOOKERS, answer=303),
    "check_in": Case(
        DECIDERS, "POST", {"reference": AT_ANA_S, "seat": "0", "state": "HERE"}, answer=303
    ),
    "all_here": Case(DECIDERS, "POST", answer=303),
    "change_class": Case(MANAGERS, "POST", answer=422, other=200),
    "add": Case(
        DESKS, "POST", {"name": "Ida", "email": "ida@example.com", "people": "1"}, answer=303
    ),
    "message": Case(DECIDERS, "POST", {"text": "Bring a mat"}, answer=303),
    "takes_place": Case(DECIDERS, "POST", answer=303),
    "booking_takes_place": Case(DECIDERS, "POST", answer=303),
    "waiting": Case(
        DECIDERS, "POST", {"reference": AT_ANA_S, "verb": "remove"}, answer=404
    ),  # nobody waits there
    "places": Case(MANAGERS, "POST", {"capacity": "9"}, answer=303),
    "cancel_sessions": Case(
        MANAGERS, "POST", {"scope": "THIS", "seen": "0", "reason": "Ana is ill"}, answer=422
    ),
    "booking": Case(LOOKERS),
    "confirm": Case(DECIDERS, "POST", answer=303),
    "confirm_anyway": Case(MANAGERS, "POST", {"reason": "Ana stays longer"}, answer=303),
    "decline": Case(DECIDERS, "POST", answer=303),
    "block": Case(MANAGERS, "POST", answer=303),
    "unblock": Case(MANAGERS, "POST", answer=303, changes=False),  # nobody is blocked yet
    "suggest": Case(DECIDERS, "POST", {"time": "2026-11-28T08:45Z"}, answer=303, other=200),
    "undo": Case(DECIDERS, "POST", answer=409),  # nothing was decided yet
    "cancel": Case(DESKS, "POST", {"reason": "Ana is ill"}, answer=303),
    "move": Case(DESKS, "POST", {"slot": "2026-11-28T09:45+01:00;;"}, answer=303, other=200),
    "party": Case(DESKS, "POST", answer=409, other=409),  # it is for one
    "move_check": Case(DESKS, answer=404),  # no time is chosen
    "note": Case(DECIDERS, "POST", {"note": "likes tea"}, answer=303),
    "make_link": Case(DESKS, "POST"),
    "erase": Case(MANAGERS, "POST", {"reason": "By phone"}, answer=409, other=200),  # not over yet
    "online_link": Case(
        DECIDERS, "POST", {"link": "https://meet.example/ana"}, answer=409
    ),  # it takes place in the salon
}
WATCHED = (
    *("availability", "bookings", "checkout", "customers", "messages", "privacy", "outbox"),
    *("businesses", "catalog"),
)
"""Whose rows must not change when somebody is refused."""
WITHOUT_BUSINESS = {"choose_business"}
NEEDS_A_MINIMUM = {"takes_place", "booking_takes_place"}
"""There is something to decide only where people have to come together."""
ROUTES = {page.name: page.route for page in owner_pages()}
WITH_AN_ID = {page.name for page in owner_pages() if page.parts and page.name in CASES}


@dataclass(frozen=True)
class Prepaid:
    """What a salon sells and sold beforehand."""

    plan: PricingPlan
    purchase: PlanPurchase
    card: GiftCard


@dataclass(frozen=True)
class Stage:
    """Olga's salon with a request at Ana's chair and one at Ben's; Sam owns another salon."""

    salon: Salon
    at_ana: Booking
    at_ben: Booking
    other: Salon
    foreign: Booking
    sessions: Mapping[int, Session]
    prepaid: Mapping[int, Prepaid]

    def path(self, name: str, *, slug: str, booking: Booking) -> str:
        if name in WITHOUT_BUSINESS:
            return reverse(f"dashboard:{name}")
        parts = {part: of for part, of in VALUES.items() if f":{part}>" in ROUTES[name]}
        values = {part: of(self, name, booking) for part, of in parts.items()}
        return reverse(f"dashboard:{name}", kwargs={"slug": slug, **values})

    def reference(self, name: str, booking: Booking) -> str:
        """The reference of a plan that somebody has, of a gift card, or of the booking."""
        sold = self.prepaid[booking.business_id]
        if "/plans/held/" in ROUTES[name]:
            return sold.purchase.reference
        return sold.card.reference if "/gift-cards/" in ROUTES[name] else booking.reference


VALUES: dict[str, Callable[[Stage, str, Booking], object]] = {
    "reference": Stage.reference,
    "side": lambda _stage, _name, booking: booking.reference,
    "session_id": lambda stage, _name, booking: stage.sessions[booking.pk].pk,
    "service_id": lambda _stage, _name, booking: booking.service_id,
    "code": lambda _stage, _name, booking: door_code(booking),
    "place": lambda _stage, _name, booking: booking.location_id,
    "plan_id": lambda stage, _name, booking: stage.prepaid[booking.business_id].plan.pk,
    **dict.fromkeys(("coupon", "discount", "payment_id", "refund_id"), lambda *_args: 1),
}
"""What may stand in an address beside the business, by its name there, and the value it gets."""


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Stage]:
    with shared(django_db_blocker, make_stage) as stage:
        yield stage


@pytest.fixture
def stage(made: Stage, db: None, clock: object) -> Stage:
    return deepcopy(made)


def make_stage() -> Stage:
    salon, other = make_salon(slug="juniper"), make_salon(slug="other")
    salon.cut.requires_approval = True
    salon.cut.save()
    at_ana = make_request(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)
    at_ben = make_request(
        service=salon.cut,
        starts_at=salon.at(26, 10),
        now=NOW,
        email="ines@example.com",
        resource_id=salon.ben.resource_id,
    )
    foreign = make_request(service=other.bridal, starts_at=other.at(28, 10), now=NOW)
    sessions = {
        at_ana.pk: make_class(salon, salon.ana, reference=AT_ANA_S),
        at_ben.pk: make_class(salon, salon.ben),
        foreign.pk: make_class(other, other.ana),
    }
    prepaid = {it.business.pk: sell_beforehand(it) for it in (salon, other)}
    return Stage(salon, at_ana, at_ben, other, foreign, sessions, prepaid)


def sell_beforehand(salon: Salon) -> Prepaid:
    """A plan, somebody who has it, and a gift card."""
    plan = make_plan(services=[salon.colour])
    purchase = make_purchase(plan=plan, by=salon.olga)
    return Prepaid(plan, purchase, make_gift_card(by=salon.olga))


def browser_of(user: User | None) -> Client:
    browser = Client()
    if user is not None:
        browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def member_of(salon: Salon, role: str) -> User:
    """STAFF is Ana."""
    member = make_member(business=salon.business, email=f"{role}@{salon.business.slug}", role=role)
    if role == "STAFF":
        salon.ana.user = member.user
        salon.ana.save()
    return member.user


def ask(browser: Client, method: str, path: str, body: Mapping[str, object]) -> Any:
    if method == "POST":
        return browser.post(path, body)
    return browser.get(path)


def checksum() -> str:
    """Every row of every table that tells of times, bookings, people and mails."""
    models = [model for name in WATCHED for model in apps.get_app_config(name).get_models()]
    return hashlib.sha256(repr(rows_of(models)).encode()).hexdigest()


def test_only_the_sign_in_is_open_to_everybody() -> None:
    everybody = {route for route, view in walk_urls(get_resolver()) if roles_of(view) == EVERYBODY}
    sign_in = {"own/" + str(it.pattern).lstrip("^") for it in sign_in_urls.urlpatterns}

    assert everybody == sign_in


@pytest.mark.parametrize("name", sorted(set(CASES) - WITHOUT_BUSINESS))
def test_another_owner_gets_404_everywhere_in_this_business(stage: Stage, name: str) -> None:
    sam = browser_of(stage.other.olga.user)
    path = stage.path(name, slug="juniper", booking=stage.at_ana)
    before = checksum()

    answers = [ask(sam, method, path, {"revision": "2", **CASES[name].body}) for method in METHODS]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert checksum() == before


@pytest.mark.parametrize("name", sorted(WITH_AN_ID))
def test_a_foreign_booking_in_the_own_business_is_404(stage: Stage, name: str) -> None:
    case = CASES[name]
    sam = browser_of(stage.other.olga.user)
    path = stage.path(name, slug="other", booking=stage.at_ana)
    before = checksum()

    answer = ask(sam, case.method, path, {"revision": "2", **case.body})

    assert (answer.status_code, checksum()) == (404, before)


def test_a_foreign_booking_looks_like_one_that_never_was(stage: Stage) -> None:
    sam = browser_of(stage.other.olga.user)

    foreign = sam.get(stage.path("booking", slug="other", booking=stage.at_ana))
    nothing = sam.get("/own/other/bookings/ZZZZZZZZ/")

    assert foreign.status_code == nothing.status_code == 404
    assert len(foreign.content) == len(nothing.content)


@pytest.mark.parametrize("name", sorted(CASES))
def test_logged_out_people_are_sent_to_the_sign_in(stage: Stage, name: str) -> None:
    path = stage.path(name, slug="juniper", booking=stage.at_ana)
    before = checksum()

    answers = [
        ask(Client(), method, path, {"revision": "2", **CASES[name].body}) for method in METHODS
    ]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert {it.headers["Location"].split("=")[0] for it in answers} == {"/own/sign-in/?next"}
    assert checksum() == before


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_logged_out_fragment_sends_the_whole_page_to_the_sign_in(stage: Stage, name: str) -> None:
    path = stage.path(name, slug="juniper", booking=stage.at_ana)
    headers = {"HX-Request": "true", "HX-Current-URL": "https://evil.example//evil.example/"}

    answer = Client().get(path, headers=headers)

    assert answer.headers["HX-Redirect"] == "/own/sign-in/?next=%2Fown%2F"


@pytest.mark.parametrize(
    ("name", "role"), [(name, role) for name in CASES for role in sorted(CASES[name].may)]
)
@pytest.mark.long
def test_a_role_in_the_table_may(stage: Stage, name: str, role: str) -> None:
    case = CASES[name]
    browser = browser_of(member_of(stage.salon, role))
    path = stage.path(name, slug="juniper", booking=stage.at_ana)
    if name in NEEDS_A_MINIMUM:
        Service.objects.update(min_participants=3)
    before = checksum()

    other = ask(browser, case.other_method, path, {"revision": "2", **case.body})
    untouched = checksum() == before
    answer = ask(browser, case.method, path, {"revision": "2", **case.body})

    assert (other.status_code, untouched) == (case.other, True)
    assert answer.status_code == case.answer
    changes = case.method == "POST" and case.answer in {200, 303} and case.changes
    assert (checksum() != before) == changes


@pytest.mark.parametrize("name", sorted(name for name in CASES if LOOKERS - CASES[name].may))
def test_a_role_beside_the_table_may_not(stage: Stage, name: str) -> None:
    case = CASES[name]
    browsers = [browser_of(member_of(stage.salon, it)) for it in sorted(LOOKERS - case.may)]
    path = stage.path(name, slug="juniper", booking=stage.at_ana)
    before = checksum()

    answers = [
        ask(browser, method, path, {"revision": "2", **case.body})
        for browser in browsers
        for method in METHODS
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert checksum() == before


@pytest.mark.parametrize("name", sorted(WITH_AN_ID))
def test_the_chair_beside_does_not_exist_for_staff(stage: Stage, name: str) -> None:
    case = CASES[name]
    ana = browser_of(member_of(stage.salon, "STAFF"))
    path = stage.path(name, slug="juniper", booking=stage.at_ben)
    before = checksum()

    answer = ask(ana, case.method, path, {"revision": "2", **case.body})

    expected = 404 if "STAFF" in case.may else 403
    assert (answer.status_code, checksum()) == (expected, before)


def test_staff_see_their_own_chair_only(stage: Stage) -> None:
    ana = browser_of(member_of(stage.salon, "STAFF"))

    pages = [
        ana.get(path).content.decode() for path in ("/own/juniper/", "/own/juniper/requests/")
    ] + [ana.get("/own/juniper/agenda/", {"on": "2026-11-26"}).content.decode()]

    assert [stage.at_ben.reference in page for page in pages] == [False, False, False]
    assert stage.at_ana.reference in pages[1]


def test_somebody_in_no_chair_sees_no_bookings(stage: Stage) -> None:
    member = make_member(business=stage.salon.business, email="new@juniper", role="STAFF")

    page = browser_of(member.user).get("/own/juniper/requests/").content.decode()

    assert stage.at_ana.reference not in page


@pytest.mark.parametrize("name", sorted(n for n, case in CASES.items() if case.method == "POST"))
def test_foreign_ids_and_raw_columns_in_a_body_are_ignored(stage: Stage, name: str) -> None:
    sam = browser_of(stage.other.olga.user)
    body = {
        "revision": "2",
        **CASES[name].body,
        "booking": str(stage.at_ana.pk),
        "booking_id": str(stage.at_ana.pk),
        "reference": stage.at_ana.reference,
        "business": str(stage.salon.business.pk),
        "business_id": str(stage.salon.business.pk),
        "resource": str(stage.salon.ben.resource_id),
        "staff": str(stage.salon.ben.resource_id),
        "service": str(stage.salon.cut.pk),
        "customer": str(stage.at_ana.customer_id),
        "status": "CANCELED",
        "price": "0",
        "created_by": str(stage.salon.olga.user_id),
        "_method": "PUT",
    }

    sam.post(stage.path(name, slug="other", booking=stage.foreign), body)

    untouched = Booking.objects.filter(business=stage.salon.business, kind="APPOINTMENT")
    untouched = untouched.order_by("pk")
    foreign = Booking.objects.get(pk=stage.foreign.pk)
    assert [(it.status, it.revision) for it in untouched] == [("PENDING", 2), ("PENDING", 2)]
    assert foreign.business_id == stage.other.business.pk
    assert (foreign.price, foreign.customer_id) == (12000, stage.foreign.customer_id)
    assert foreign.resource_id == stage.other.ana.resource_id


def test_filters_with_foreign_ids_show_own_rows_only(stage: Stage) -> None:
    sam = browser_of(stage.other.olga.user)
    query = {
        "on": "2026-11-26",
        "staff": str(stage.salon.ben.resource_id),
        "business": str(stage.salon.business.pk),
    }

    page = sam.get("/own/other/agenda/", query).content.decode()

    assert stage.at_ben.reference not in page
    assert "Ines" not in page


@pytest.mark.parametrize("override", ["PUT", "DELETE", "PATCH"])
def test_the_method_cannot_be_smuggled(stage: Stage, override: str) -> None:
    olga = browser_of(stage.salon.olga.user)
    before = checksum()

    olga.get(
        stage.path("decline", slug="juniper", booking=stage.at_ana),
        headers={"X-HTTP-Method-Override": override},
    )

    assert checksum() == before


def test_forms_without_a_token_are_refused(stage: Stage) -> None:
    olga = Client(enforce_csrf_checks=True)
    olga.force_login(stage.salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    before = checksum()

    answers = [
        olga.post(
            stage.path(name, slug="juniper", booking=stage.at_ana),
            {"revision": "2", **case.body},
            headers={"HX-Request": "true"},
        )
        for name, case in CASES.items()
        if case.method == "POST"
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert checksum() == before


def test_the_view_gets_its_access_from_the_guard_only() -> None:
    assert "access" not in vars(OwnerRequest)
