"""Olga's salon with everything an attacker could name, and every address of the portal."""

import hashlib
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver

from apps.availability.models import Session
from apps.bookings import operations as bookings
from apps.bookings.door_codes import door_code
from apps.bookings.models import AccessLink, Booking
from apps.businesses.accent import accent_digest
from apps.catalog.models import AddOn, AddOnGroup, Question
from apps.checkout.models import GiftCard, Payment, PlanPurchase, Refund
from apps.prepaid.links import gift_token, plan_token
from apps.web.guards import walk_urls
from tests.factories import NOW, Salon, make_booking, make_salon, make_variant
from tests.factories.prepaid import make_gift_card, make_plan, make_purchase
from tests.factories.studio import make_class
from tests.pages import fill, hold
from tests.rows import rows_of

BACKEND = "django.contrib.auth.backends.ModelBackend"
MAIL = "20261124T094200000000-0123abcd.eml"
LEFT_OUT = {"web.RateCounter", "sessions.Session", "admin.LogEntry", "bookings.LinkUse"}
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
OPERATORS = "operator/"


@dataclass(frozen=True)
class Stage:
    """Carl has a draft, a booking, a plan and a gift card in his browser; Olga owns the salon, Sam
    owns another."""

    salon: Salon
    other: Salon
    carl: Client
    olga: Client
    operator: Client
    draft: Booking
    booking: Booking
    request: Booking
    foreign: Booking
    session: Session
    token: str
    calendar_token: str
    purchase: PlanPurchase
    payment: Payment
    refund: Refund
    card: GiftCard

    def copy(self) -> "Stage":
        """The same rows for one test, in browsers that have opened nothing since."""
        browsers = {id(it): it.__class__(raise_request_exception=False) for it in self.signed_in}
        for it in self.signed_in:
            browsers[id(it)].cookies = deepcopy(it.cookies)
        return deepcopy(self, browsers)  # what has a copy already is not copied

    @property
    def signed_in(self) -> list[Client]:
        return [self.carl, self.olga, self.operator]

    @property
    def browsers(self) -> list[Client]:
        return [sam(), *self.signed_in]

    @property
    def values(self) -> dict[str, str]:
        """What stands for each part of an address; an unknown part is a KeyError."""
        return {
            "business": self.salon.business.slug,
            "slug": self.salon.business.slug,
            "service": self.salon.cut.slug,
            "service_id": str(self.salon.cut.pk),
            "draft": self.draft.draft_id,
            "reference": self.booking.reference,
            "token": self.token,
            "session": str(self.session.pk),
            "session_id": str(self.session.pk),
            "run": "1",
            "digest": accent_digest(self.salon.business.accent),
            "name": MAIL,
            "uidb36": "1",
            "key": "set-password",
            "ref": "practice_0",
            "provider": "practice",
            "coupon": "1",
            "discount": "1",
            "side": self.booking.reference,
            "code": door_code(self.booking),
            "place": str(self.salon.location.pk),
            "business_id": str(self.salon.business.pk),
            "payment_id": str(self.payment.pk),
            "refund_id": str(self.refund.pk),
            "plan": self.purchase.plan.slug,
            "plan_id": str(self.purchase.plan_id),
        }

    @property
    def values_by_place(self) -> dict[str, dict[str, str]]:
        """What stands for something else where an address begins like this."""
        return {
            "m/calendar/": {"token": self.calendar_token},
            "plans/": {"reference": self.purchase.reference},
            "p/": {"token": plan_token(self.purchase)},
            "gifts/": {"reference": self.card.reference, "token": gift_token(self.card)},
            "own/<slug:slug>/plans/held/": {"reference": self.purchase.reference},
            "own/<slug:slug>/conflicts/cards/": {"reference": self.card.reference},
            "own/<slug:slug>/gift-cards/": {"reference": self.card.reference},
        }

    @property
    def addresses(self) -> dict[str, str]:
        """Route and path of every page that is not the operators'."""
        return {route: address_of(route, self.values_of(route)) for route in routes()}

    def values_of(self, route: str) -> dict[str, str]:
        special = [of for place, of in self.values_by_place.items() if route.startswith(place)]
        return {**self.values, **(special[0] if special else {})}


def sam() -> Client:
    """A stranger's browser that sees error pages as a stranger does."""
    return Client(raise_request_exception=False)


def routes(prefix: str = "") -> Iterator[str]:
    """Every route of the portal; the operators' only when asked for."""
    for route, _view in walk_urls(get_resolver()):
        if route.startswith(OPERATORS) == (prefix == OPERATORS) and route.startswith(prefix):
            yield route


def address_of(route: str, values: dict[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        part = found.group(1) or found.group(2)
        assert part in values, (
            f"tests/hostile/stage.py has no value for <{part}> of {route}: add one to Stage.values"
        )
        return values[part]

    path = PARAMETER.sub(value, route)
    return "/" + path.replace("^", "").rstrip("$").replace("\\Z", "")


def make_stage(mails: Path) -> Stage:
    """Draft, booking, request, link and mail; another salon with a booking of its own."""
    salon, other = make_salon(slug="juniper"), make_salon(slug="other")
    ask_everything(salon)
    salon.business.sells_gift_cards = True
    salon.business.save(update_fields=["sells_gift_cards"])
    carl = Client(raise_request_exception=False)
    fill(carl, hold(carl, salon.bridal, salon.at(26, 9).astimezone(salon.business.zone)))
    request = Booking.objects.get()
    fill(carl, hold(carl, salon.colour, salon.at(26, 12).astimezone(salon.business.zone)))
    booking = Booking.objects.get(service=salon.colour)
    hold(carl, salon.cut, salon.at(27, 10, 15).astimezone(salon.business.zone))
    purchase = make_purchase(plan=make_plan(services=[salon.cut]), by=salon.olga)
    assert carl.get(f"/p/{plan_token(purchase)}").status_code == 303
    card = make_gift_card(by=salon.olga)
    GiftCard.objects.filter(pk=card.pk).update(visitor_hash=booking.visitor_hash)
    payment = Payment.objects.get(order__purchase=purchase)
    operator = User.objects.create_superuser("root", "root@portal.example", "quiet herons")
    (mails / MAIL).write_text("From: a@b.example\nTo: c@d.example\nSubject: Hello\n\nHello\n")
    return Stage(
        salon=salon,
        other=other,
        carl=carl,
        olga=browser_of(salon.olga.user),
        operator=browser_of(operator),
        draft=Booking.objects.get(status=Booking.Status.CREATED),
        booking=booking,
        request=request,
        foreign=make_booking(service=other.cut, starts_at=other.at(26, 10), now=NOW),
        session=make_class(salon, salon.ana),
        token=bookings.create_access_link(booking=booking, now=NOW),
        calendar_token=bookings.create_access_link(
            booking=booking, purpose=AccessLink.Purpose.CALENDAR, now=NOW
        ),
        purchase=purchase,
        payment=payment,
        refund=refuse(payment),
        card=card,
    )


def refuse(payment: Payment) -> Refund:
    """A refund that the bank refused."""
    return Refund.objects.create(
        business_id=payment.business_id,
        payment=payment,
        amount=100,
        status=Refund.Status.FAILED,
        created_at=NOW,
    )


def ask_everything(salon: Salon) -> None:
    """One optional question of each kind, two variants and an extra for the cut."""
    for position, kind in enumerate(Question.Kind):
        if kind != Question.Kind.ACKNOWLEDGEMENT:  # that one is never optional
            Question.objects.create(
                form=salon.form,
                kind=kind,
                label=f"About {kind}",
                choices=["Long", "Grey"],
                position=position,
            )
    make_variant(service=salon.cut, name="Short", price=4800)
    make_variant(service=salon.cut, name="Long", price=5800)
    group = AddOnGroup.objects.create(service=salon.cut, name="Extras")
    AddOn.objects.create(group=group, name="Wash", price=500)


def browser_of(user: User) -> Client:
    browser = Client(raise_request_exception=False)
    browser.force_login(user, backend=BACKEND)
    return browser


def checksum() -> str:
    """Every row of every table but counters, sessions and the operators' log.

    What is noted of the uses of a link is a log too.
    """
    return hashlib.sha256(repr(sorted(stored().items())).encode()).hexdigest()


def stored() -> dict[str, str]:
    """The same by table, to be compared."""
    models = [it for it in apps.get_models() if it._meta.label not in LEFT_OUT]
    return rows_of(models, but="last_used_at")
