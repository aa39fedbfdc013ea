"""Every column that holds something of a person, what for, and what becomes of it when they are
erased; and every other column of text, so that none is forgotten. Pure data: a test compares it
with the models, and erasing follows it (rule D12).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class DataClass(StrEnum):
    """What is kept for one purpose and for one time."""

    CONTACT = "CONTACT"
    """Who came, how to reach them, what they and the team wrote of a visit."""
    SENSITIVE = "SENSITIVE"
    """Answers to questions that are marked sensitive."""
    MAIL = "MAIL"
    """What mails said."""
    MONEY = "MONEY"
    """What paid, and for what: numbers without a name."""
    TRACE = "TRACE"
    """Hashes and keys of browsers, links and forms; gone after hours or days."""
    TEAM = "TEAM"
    """The people who work there, and their accounts."""


class Fate(StrEnum):
    """What erasing does to a column."""

    BLANK = "BLANK"
    WORD = "WORD"
    """It has to say something: "Erased"."""
    EMPTY = "EMPTY"
    """JSON that has nothing in it."""
    ROW = "ROW"
    """The whole row goes."""
    REWRITTEN = "REWRITTEN"
    """Something is left that tells nobody; why says what."""
    KEPT = "KEPT"
    """It stays; why says why."""


@dataclass(frozen=True, slots=True)
class Personal:
    """One column; why is asked for whatever stays, in words."""

    table: str
    column: str
    of: DataClass
    fate: Fate
    why: str = ""


def _all(
    table: str, columns: Iterable[str], of: DataClass, fate: Fate, why: str = ""
) -> list[Personal]:
    return [Personal(table, column, of, fate, why) for column in columns]


C, F = DataClass, Fate
BOOKING = "bookings.Booking"
IDS_ONLY = "It holds keys of ours, and nothing that anybody typed."
SHORT = "A keyed hash, deleted after two days."
ACCOUNTS = "An account of the team, which is no customer's."
BOOKS = "The books have to name what a payment was by its number."
OWN_WORDS = "The team's own words about its own time."

PERSONAL: tuple[Personal, ...] = (
    *_all("customers.Customer", ["name"], C.CONTACT, F.WORD),
    *_all(
        "customers.Customer",
        ["email"],
        C.CONTACT,
        F.REWRITTEN,
        "An address that is nobody's; of a blocked contact with a keyed hash, for the block.",
    ),
    *_all("customers.Customer", ["phone"], C.CONTACT, F.BLANK),
    *_all("customers.Consent", ["wording"], C.CONTACT, F.ROW),
    *_all(
        "customers.SignIn",
        ["email", "form_key"],
        C.TRACE,
        F.REWRITTEN,
        "Deleted once no business knows the address, after a day at the latest.",
    ),
    *_all(
        "customers.SignedInDevice",
        ["email", "key_hash", "name"],
        C.TRACE,
        F.REWRITTEN,
        "Deleted once no business knows the address, a day after it ends at the latest.",
    ),
    *_all(
        "customers.SavedPerson",
        ["email", "name"],
        C.CONTACT,
        F.REWRITTEN,
        "Of no business; the list is deleted once no business knows the address.",
    ),
    *_all(BOOKING, ["contact_name", "override_reason"], C.CONTACT, F.WORD),
    *_all(
        BOOKING,
        ["contact_email", "contact_phone", "visit_address", "customer_note", "owner_note"],
        C.CONTACT,
        F.BLANK,
    ),
    *_all(BOOKING, ["draft_text"], C.CONTACT, F.EMPTY),
    *_all(BOOKING, ["visitor_hash", "network_hash"], C.TRACE, F.BLANK),
    *_all("bookings.BookingEvent", ["reason"], C.CONTACT, F.BLANK),
    *_all(
        "bookings.BookingEvent",
        ["before", "after"],
        C.CONTACT,
        F.REWRITTEN,
        "Status, times and amounts stay; the reason of an override that they repeat goes.",
    ),
    *_all("bookings.Participant", ["name"], C.CONTACT, F.ROW),
    *_all("bookings.Answer", ["label", "value"], C.CONTACT, F.ROW),
    *_all("bookings.AccessLink", ["token_hash"], C.TRACE, F.ROW),
    *_all("bookings.LinkUse", ["browser", "system"], C.TRACE, F.ROW),
    *_all("checkout.PlanPurchase", ["contact_phone"], C.CONTACT, F.BLANK),
    *_all("checkout.PlanPurchase", ["visitor_hash", "saved_card"], C.TRACE, F.BLANK),
    *_all("checkout.CreditEntry", ["reason"], C.CONTACT, F.BLANK),
    *_all("checkout.GiftCard", ["buyer_name"], C.CONTACT, F.WORD),
    *_all("checkout.GiftCard", ["buyer_email", "to_name", "to_email", "words"], C.CONTACT, F.BLANK),
    *_all("checkout.GiftCard", ["visitor_hash"], C.TRACE, F.BLANK),
    *_all("checkout.GiftEntry", ["reason"], C.CONTACT, F.BLANK),
    *_all("checkout.Payment", ["url", "origin", "saved_card", "failure"], C.TRACE, F.BLANK),
    *_all("checkout.Payment", ["provider_ref"], C.MONEY, F.KEPT, BOOKS),
    *_all("checkout.Refund", ["reason"], C.CONTACT, F.BLANK),
    *_all("checkout.Refund", ["provider_ref"], C.MONEY, F.KEPT, BOOKS),
    *_all("checkout.ProviderEvent", ["event_id", "payment_ref"], C.MONEY, F.KEPT, BOOKS),
    *_all(
        "checkout.CouponUse",
        ["mailbox"],
        C.CONTACT,
        F.REWRITTEN,
        "The number of its order, so that uses are still counted.",
    ),
    *_all(
        "checkout.SandboxSession",
        ["key", "ref", "words", "saved", "refund_keys", "return_url", "cancel_url"],
        C.MONEY,
        F.KEPT,
        "What a bank would keep, were the money real; it is told no name.",
    ),
    *_all("messages.Message", ["to_address", "subject", "body_text", "error"], C.MAIL, F.BLANK),
    *_all(
        "messages.Message",
        ["message_id", "outbox_key"],
        C.MAIL,
        F.KEPT,
        "Names a mail by its number and a short hash, so that none is sent twice.",
    ),
    *_all(
        "outbox.OutboxItem",
        ["payload"],
        C.TRACE,
        F.REWRITTEN,
        "Of a mail that was asked for with the address the whole row goes; all others hold keys.",
    ),
    *_all(
        "outbox.OutboxItem",
        ["last_error"],
        C.TRACE,
        F.REWRITTEN,
        "Emptied where a mail server repeated the address.",
    ),
    *_all("outbox.OutboxItem", ["key"], C.TRACE, F.KEPT, IDS_ONLY),
    *_all("privacy.DataRequest", ["email", "form_key", "token_hash"], C.TRACE, F.ROW),
    *_all(
        "privacy.PrivacyEntry",
        ["tell"],
        C.TRACE,
        F.KEPT,
        "Where the receipt goes; emptied as soon as that has left, after two days at the latest.",
    ),
    *_all(
        "privacy.PrivacyEntry",
        ["reason"],
        C.TEAM,
        F.KEPT,
        "Why the team did it; the page asks to name nobody there.",
    ),
    *_all("privacy.PrivacyEntry", ["counts"], C.MONEY, F.KEPT, "Numbers only."),
    *_all("web.RateCounter", ["key_hash"], C.TRACE, F.KEPT, SHORT),
    *_all("sessions.Session", ["session_key", "session_data"], C.TRACE, F.KEPT, IDS_ONLY),
    *_all(
        "admin.LogEntry",
        ["object_repr"],
        C.CONTACT,
        F.REWRITTEN,
        "The name of a contact that an operator has changed becomes the word.",
    ),
    *_all("admin.LogEntry", ["object_id", "change_message"], C.TEAM, F.KEPT, IDS_ONLY),
    *_all(
        "availability.Session",
        ["override_reason", "canceled_reason", "note"],
        C.TEAM,
        F.KEPT,
        OWN_WORDS,
    ),
    *_all("availability.DateException", ["reason"], C.TEAM, F.KEPT, OWN_WORDS),
    *_all(
        "catalog.StaffMember",
        ["name", "short_name", "about"],
        C.TEAM,
        F.KEPT,
        "Whom customers choose; the team changes it itself.",
    ),
    *_all("catalog.Resource", ["name"], C.TEAM, F.KEPT, "May be a person of the team."),
    *_all(
        "auth.User",
        ["password", "username", "first_name", "last_name", "email"],
        C.TEAM,
        F.KEPT,
        ACCOUNTS,
    ),
    *_all("account.EmailAddress", ["email"], C.TEAM, F.KEPT, ACCOUNTS),
    *_all("account.EmailConfirmation", ["key"], C.TEAM, F.KEPT, ACCOUNTS),
    *_all("mfa.Authenticator", ["data"], C.TEAM, F.KEPT, ACCOUNTS),
)

OF_NOBODY: dict[str, tuple[str, ...]] = {
    "outbox.OutboxItem": ("topic", "leased_by"),
    "businesses.Business": (
        *("name", "slug", "headline", "promise", "place_word", "arrival_note", "time_zone"),
        *("currency", "locale", "phone", "email", "accent"),
    ),
    "businesses.FormerSlug": ("slug",),
    "businesses.Location": (
        *("name", "street", "postal_code", "city", "region", "country", "time_zone"),
    ),
    "catalog.BookingForm": ("name", "phone_reason", "note_label"),
    "catalog.Question": ("label", "help_text", "choices", "shown_if_answer"),
    "catalog.BookingPolicy": ("name", "fee_windows", "description"),
    "catalog.Category": ("name", "slug"),
    "catalog.Service": (
        *("name", "slug", "summary", "description", "price_text", "variant_prompt"),
        *("online_link", "arrival_note"),
    ),
    "catalog.FormerServiceSlug": ("slug",),
    "catalog.Variant": ("name",),
    "catalog.AddOnGroup": ("name",),
    "catalog.AddOn": ("name", "description"),
    "catalog.PricingPlan": ("name", "slug", "summary", "form_key"),
    "catalog.ResourceType": ("name",),
    "availability.CourseRun": ("name", "form_key"),
    "availability.SessionSeries": ("rrule", "form_key"),
    BOOKING: (
        *("reference", "draft_id", "title", "currency", "price_text", "time_zone", "wall_time"),
        *("tzdata_version", "policy_snapshot", "service_snapshot"),
    ),
    "bookings.BookedAddOn": ("name",),
    "bookings.ParticipantChoice": ("name",),
    "bookings.WaitlistEntry": ("let_pass",),
    "bookings.MoveWish": ("let_pass",),
    "checkout.PlanPurchase": ("reference", "name", "currency", "provider", "form_key"),
    "checkout.GiftCard": ("reference", "code", "currency", "form_key"),
    "checkout.Order": ("reference", "currency", "discount_name", "coupon_code"),
    "checkout.OrderLine": ("name",),
    "checkout.Payment": ("provider", "told_currency"),
    "checkout.ProviderEvent": ("provider", "kind"),
    "checkout.Discount": ("name", "form_key"),
    "checkout.Coupon": ("name", "form_key", "code"),
    "checkout.SandboxSession": ("seller", "currency"),
    "auth.Permission": ("name", "codename"),
    "auth.Group": ("name",),
    "contenttypes.ContentType": ("app_label", "model"),
}
"""Text about the shop, its offers and its numbers: it says nothing of who comes."""


def columns_of(table: str, *fates: Fate) -> tuple[Personal, ...]:
    """The personal columns of a table, of these fates only if any are named."""
    found = (it for it in PERSONAL if it.table == table)
    return tuple(it for it in found if not fates or it.fate in fates)
