"""What of a person they take along in the file of their own data, table by table, and what they do
not, with the reason. Pure data: a test follows the keys of the models from the people outwards, and
fails on a table that is in neither list (rule D9)."""

TAKEN_ALONG: dict[str, str] = {
    "customers.Customer": "contacts",
    "customers.Consent": "contacts.consents",
    "customers.SignedInDevice": "devices",
    "customers.SavedPerson": "people_booked_for",
    "bookings.Booking": "bookings",
    "bookings.Participant": "bookings.who_comes",
    "bookings.ParticipantChoice": "bookings.people_by_price",
    "bookings.BookedAddOn": "bookings.extras",
    "bookings.Answer": "bookings.answers",
    "bookings.Attendance": "bookings.attendance",
    "bookings.BookingEvent": "bookings.history",
    "bookings.LinkUse": "bookings.opened",
    "bookings.WaitlistEntry": "bookings.waits_for",
    "bookings.MoveWish": "bookings.earlier_please",
    "bookings.MoveRequest": "bookings.asked_to_move",
    "bookings.SuggestedTime": "bookings.suggested_times",
    "checkout.Order": "bookings.order",
    "checkout.OrderLine": "bookings.order.lines",
    "checkout.CreditNote": "bookings.order.credit_notes",
    "checkout.Payment": "bookings.order.payments",
    "checkout.Refund": "bookings.order.payments.refunds",
    "checkout.RefundLine": "bookings.order.payments.refunds.lines",
    "checkout.Receipt": "bookings.order.receipt",
    "checkout.PlanPurchase": "plans",
    "checkout.CreditEntry": "plans.entries",
    "checkout.GiftCard": "gift_cards",
    "checkout.GiftEntry": "gift_cards.entries",
    "messages.Message": "mails",
}
"""Table -> where its rows stand in the file."""

TEAM_WORDS = "The team's own words; what a customer was told of it stands in the mails."
OPENS = "It opens or pays something, and tells nothing."
HASHES = "Hashes and keys without a name, deleted after hours or days."

STAYS_HERE: dict[str, str] = {
    "bookings.Booking.override_reason": TEAM_WORDS,
    "bookings.Booking.owner_note": TEAM_WORDS,
    "bookings.Booking.draft_text": "What was typed and never sent is deleted after a day.",
    "bookings.Booking.visitor_hash": HASHES,
    "bookings.Booking.network_hash": HASHES,
    "bookings.BookingEvent.reason": TEAM_WORDS,
    "bookings.BookingEvent.before": "The same facts once more, as the booking had them.",
    "bookings.BookingEvent.after": "The same facts once more, as the booking has them.",
    "bookings.AccessLink": OPENS,
    "customers.SignIn": HASHES,
    "customers.SignedInDevice.key_hash": OPENS,
    "checkout.PlanPurchase.visitor_hash": HASHES,
    "checkout.PlanPurchase.saved_card": OPENS,
    "checkout.PlanPurchase_services": "What a plan is good for is told by its name.",
    "checkout.CreditEntry.reason": TEAM_WORDS,
    "checkout.GiftCard.buyer_email": "May be the address of somebody else.",
    "checkout.GiftCard.to_email": "May be the address of somebody else.",
    "checkout.GiftCard.visitor_hash": HASHES,
    "checkout.GiftEntry.reason": TEAM_WORDS,
    "checkout.Payment.url": OPENS,
    "checkout.Payment.origin": "Our own address.",
    "checkout.Payment.saved_card": OPENS,
    "checkout.Payment.failure": "The provider's words for the team.",
    "checkout.Refund.reason": TEAM_WORDS,
    "checkout.CouponUse": "What a code took off stands with the order.",
    "checkout.ProviderEvent": "Keys of the provider, about a payment that is in the file.",
    "checkout.SandboxSession": "Pretends to be a bank; the payment is in the file.",
    "messages.Message.message_id": "Names a mail by its number.",
    "messages.Message.outbox_key": "Names a mail by its number.",
    "messages.Message.error": "The mail server's words for the team.",
    "outbox.OutboxItem": "Work that is still to be done; what it sends will stand in the mails.",
    "privacy.DataRequest": HASHES,
    "privacy.PrivacyEntry": "For the owner; it names nobody.",
    "web.RateCounter": HASHES,
    "sessions.Session": HASHES,
    "admin.LogEntry": "What an operator did.",
}
"""Table, or a column of one that is taken along -> why it is not in the file."""
