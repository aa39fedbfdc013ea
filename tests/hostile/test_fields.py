"""Type games and unprintable bytes in every parameter and field: refused, never a 500
(rule S11)."""

from datetime import timedelta
from urllib.parse import quote_from_bytes

import pytest

from apps.web.signed import new_guard
from tests.factories import NOW
from tests.hostile.stage import Stage, checksum

pytestmark = pytest.mark.django_db
RAW = [
    b"\x00",
    b"a\xff\xfe",
    b"\xed\xa0\x80",
    b"-1",
    b"1e3",
    b"NaN",
    b"9" * 400,
    b"9223372036854775808",
    "１２".encode(),
    b"x" * 10_000,
    b"<script>alert(1)</script>",
    b"9999-12-31",
    "\u202e\u2028".encode(),
    b"\r\nBcc: a@b.example",
    b"{{7*7}}{% load x %}%(x)s{0}",
]
QUERIES = [
    *("q", "kind", "variant", "add_on", "people", "staff", "tz", "date", "week", "month"),
    *("view", "gone", "on", "status", "service", "page", "at", "next"),
    *(
        "class",
        "with",
        "part",
        "run",
        "people_1",
        "first_on",
        "count",
        "way",
        "looks",
        "failed",
        "code",
        "gift",
        "update",
        "amount",
        "plan",
        "done",
        "saved",
    ),
    *("price_kind", "price", "price_text", "deposit", "tax_rate", "revision", "variant_1"),
]
FORMS = {
    "/juniper/hold": ("service", "slot", "variant", "add_on", "people", "staff", "tz", "gone"),
    "/juniper/find/": ("email", "reference"),
    "/juniper/data/": ("email",),
    "/own/juniper/bookings/{reference}/erase/": ("reason",),
    "/own/juniper/privacy/": (
        *("contact_months", "unmet_months", "sensitive_months", "mail_months", "revision"),
    ),
    "/book/{draft}/": ("name", "email", "phone", "note", "form_seal", "price_seal"),
    "/book/{draft}/fields": ("name", "email", "note"),
    "/s/did-you-mean": ("email",),
    "/juniper/classes/{session}/hold": ("people", "people_1"),
    "/own/juniper/classes/{session}/check-in/": ("reference", "seat", "state"),
    "/juniper/classes/{session}/wait": ("name", "email", "notice", "people", "people_1"),
    "/juniper/s/cut/wait": ("name", "email", "notice", "days", "hours", "date", "staff", "tz"),
    "/book/{draft}/pay": (
        *("way", "amounts", "code", "gift", "amount", "update", "new_code", "refused_code"),
    ),
    "/juniper/classes/{session}/plan": ("people", "people_1"),
    "/juniper/plans/ten-classes/": (
        *("name", "email", "key", "seen_price", "form_seal", "code", "used_code", "used_gift"),
    ),
    "/juniper/plans/find": ("email",),
    "/plans/{plan}/pay": ("way", "seen_left"),
    "/plans/{plan}/change": ("seen_left",),
    "/plans/{plan}/stop": ("revision",),
    "/juniper/gift-card/": (
        *("amount", "to_name", "to_email", "words", "name", "email", "key", "form_seal"),
    ),
    "/gifts/{card}/pay": ("way",),
    "/own/juniper/waitlist/new/": ("service", "first_on", "days", "hours", "name", "email"),
    "/own/juniper/coupons/": (
        *("name", "code", "kind", "value", "services", "min_subtotal", "starts_on", "ends_on"),
        *("max_uses", "max_per_customer"),
    ),
    "/own/juniper/plans/new/": (
        *("name", "summary", "kind", "credits", "valid_days", "period_months", "price", "tax_rate"),
        *("services", "max_per_customer", "hidden"),
    ),
    "/own/juniper/plans/{plan_id}/": (
        *("revision", "name", "credits", "valid_days", "price", "tax_rate", "services"),
    ),
    "/own/juniper/plans/{plan_id}/retire/": ("revision",),
    "/own/juniper/plans/{plan_id}/sell/": (
        *("name", "email", "is_paid", "key", "seen_price", "code", "gift"),
        *("seen_gift_amount", "used_code", "used_gift"),
    ),
    "/own/juniper/plans/held/{plan}/pause/": ("revision", "resume"),
    "/own/juniper/plans/held/{plan}/adjust/": ("revision", "way", "visits", "reason"),
    "/own/juniper/plans/held/{plan}/end/": ("revision", "amount", "reason", "seen_refunded"),
    "/own/juniper/plans/held/{plan}/paid/": ("order", "gift", "by_card"),
    "/own/juniper/plans/held/{plan}/next/": ("revision", "gift", "by_card"),
    "/own/juniper/plans/held/{plan}/undo-paid/": ("order", "payment"),
    "/own/juniper/gift-cards/offer/": ("offer",),
    "/own/juniper/gift-cards/sell/": (
        *("amount", "name", "email", "to_name", "to_email", "words", "key"),
    ),
    "/own/juniper/gift-cards/{card}/adjust/": ("way", "amount", "reason", "seen_balance"),
    "/own/juniper/gift-cards/{card}/stop/": ("seen_balance", "back"),
    "/own/juniper/services/{service_id}/payment/": (
        *("revision", "price_kind", "price", "price_text", "pays_in_person", "pays_online"),
        *("deposit", "any_amount", "full_upfront", "tax_rate", "variant_1", "variant_2"),
    ),
    "/own/juniper/places/clock/": ("zone", "keep", "seen"),
    "/own/juniper/discounts/": (
        *("name", "kind", "value", "services", "min_subtotal", "min_people", "starts_on"),
        "ends_on",
    ),
    "/own/juniper/bookings/{reference}/paid/": ("revision",),
    "/own/juniper/bookings/{reference}/undo-paid/": ("payment",),
    "/own/juniper/bookings/{reference}/refund/": (
        "amount",
        "reason",
        "seen_refunded",
        "line_1",
        "preview",
    ),
    "/own/juniper/bookings/{reference}/no-show/": ("revision", "fee", "no_fee", "reason"),
    "/own/juniper/bookings/{reference}/came/": ("revision",),
    "/own/juniper/bookings/{reference}/ask-to-pay/": ("revision",),
    "/own/juniper/bookings/{reference}/waive-fee/": ("revision", "reason"),
    "/own/juniper/classes/{session}/message/": ("text",),
    "/own/juniper/classes/{session}/waiting/": ("reference", "verb"),
    "/own/juniper/classes/{session}/change/": ("staff", "room", "at", "scope", "anyway", "reason"),
    "/own/juniper/classes/{session}/add/": ("name", "email", "people"),
    "/own/juniper/classes/{session}/places/": ("capacity",),
    "/own/juniper/classes/{session}/cancel/": ("scope", "seen", "reason"),
    "/own/juniper/classes/new/": (
        *("service", "staff", "room", "first_on", "at", "capacity", "weekdays", "every_weeks"),
        *("until_on", "count", "skip_closed", "anyway", "reason"),
    ),
    "/own/sign-in/": ("login", "password", "next"),
    "/own/sign-in/forgotten/": ("email", "next"),
    "/own/juniper/bookings/{reference}/confirm/": ("revision",),
    "/own/juniper/bookings/{reference}/confirm-anyway/": ("revision", "reason"),
    "/own/juniper/bookings/{reference}/decline/": ("revision",),
    "/own/juniper/bookings/{reference}/undo/": ("revision",),
    "/own/juniper/bookings/{reference}/notes/": ("revision", "note"),
    "/own/juniper/bookings/{reference}/cancel/": ("revision", "reason", "money", "fee", "seen_fee"),
}

PURPOSES = {"/juniper/plans/ten-classes/": "plan", "/juniper/gift-card/": "gift"}


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("raw", RAW, ids=lambda raw: ascii(raw[:12]))
def test_no_address_breaks_on_its_query(stage: Stage, raw: bytes) -> None:
    before = checksum()
    query = "&".join(f"{name}={quote_from_bytes(raw)}" for name in QUERIES)

    broken = [
        (route, answer.status_code)
        for route, path in stage.addresses.items()
        for browser in (stage.carl, stage.olga)
        if (answer := browser.generic("GET", path, QUERY_STRING=query)).status_code >= 500
    ]

    assert broken == []
    assert checksum() == before


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("form", sorted(FORMS))
def test_no_form_breaks_on_its_fields(stage: Stage, form: str) -> None:
    path = form.format(
        draft=stage.draft.draft_id,
        reference=stage.request.reference,
        session=stage.session.pk,
        service_id=stage.salon.cut.pk,
        plan=stage.purchase.reference,
        plan_id=stage.purchase.plan_id,
        card=stage.card.reference,
    )
    browser = stage.olga if form.startswith("/own/juniper") else stage.carl
    sent = {"revision": "2", "service": "cut", "email": "carl@example.com", "name": "Carl"}
    if form in PURPOSES:  # whole and old enough, so that one field alone is odd
        seal = new_guard(purpose=PURPOSES[form], now=NOW - timedelta(seconds=30)).seal
        sent |= {"key": "k" * 24, "seen_price": "16000", "amount": "50", "form_seal": seal}
    one_or_all = [*((field,) for field in FORMS[form]), FORMS[form]]
    bodies = [
        "&".join(
            f"{name}={quote_from_bytes(raw) if name in odd else sent.get(name, '')}"
            for name in FORMS[form]
        )
        for raw in RAW
        for odd in one_or_all
    ]

    codes = {
        browser.generic(
            "POST", path, body.encode(), content_type="application/x-www-form-urlencoded"
        ).status_code
        for body in bodies
    }

    assert [code for code in codes if code >= 500] == []
