"""What the page of one class session shows."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.html import format_html

from apps.availability.models import Session
from apps.availability.queries.crew import Crew, find_crews
from apps.bookings.joining import Joining, may_join
from apps.bookings.queries.drafts import own_hold
from apps.bookings.queries.joinables import Browser, Own, join_rules_of, joinable_of, own_place
from apps.bookings.queries.minimum import Progress, group_of_session, progress_of
from apps.bookings.queries.offered import policy_of
from apps.bookings.queries.service_page import Quote, quote_of
from apps.bookings.reductions import choice_words
from apps.bookings.wording import cancel_by_words, rebooking_words
from apps.catalog.models import Service
from apps.catalog.queries import Choice, is_offered
from apps.kernel.money import Money


@dataclass(frozen=True, slots=True)
class VariantLine:
    """A priced variant with how many come under it; field is what its number is called."""

    field: str
    name: str
    price: Money | None
    people: int


@dataclass(frozen=True, slots=True)
class SessionPage:
    """joining says whether these people can come, and if not, why."""

    session: Session
    name: str
    description: str
    crew: str
    joining: Joining
    seats_left: int
    offered: bool
    quote: Quote
    lines: tuple[VariantLine, ...]
    people: int
    most: int
    policy_words: str
    discount_words: str
    own: Own
    progress: Progress | None

    @property
    def can_book(self) -> bool:
        return self.offered and self.joining.is_open


def get_session_page(
    *, session: Session, choice: Choice, browser: Browser, now: datetime
) -> SessionPage:
    """Read the page of a session for a choice of people; a constant number of queries. Places that
    this browser holds are free to it."""
    service = choice.service
    held = own_hold(browser=browser, business_id=session.business_id, now=now)
    mine = held if held is not None and held.session_id == session.pk else None
    joinable = joinable_of(session, besides=mine, now=now)
    return SessionPage(
        session=session,
        name=service.name,
        description=service.description or service.summary,
        crew=find_crews(session_ids=[session.pk]).get(session.pk, Crew()).words,
        joining=may_join(
            joinable, rules=join_rules_of(choice.policy), seats=choice.party_size, now=now
        ),
        seats_left=joinable.seats_left,
        offered=is_offered(service=service),
        quote=quote_of(choice),
        lines=lines_of(choice),
        people=choice.party_size,
        most=min(choice.policy.max_participants, session.capacity),
        policy_words=_rules_words(session, choice, now=now),
        discount_words=choice_words(choice, now=now),
        progress=progress_of(group_of_session(session, service), now=now),
        own=own_place(browser=browser, session_id=session.pk),
    )


def _rules_words(session: Session, choice: Choice, *, now: datetime) -> str:
    """Until when it may be cancelled, and how often one customer may book it, as the page of the
    details says it; nothing once it began."""
    if session.starts_at <= now:
        return ""
    often = rebooking_words(choice.policy)
    cancel = _cancel_words(session, choice, now=now)
    return format_html("{} {}", cancel, often) if often else cancel


def _cancel_words(session: Session, choice: Choice, *, now: datetime) -> str:
    return cancel_by_words(
        policy_of(choice.policy),
        starts_at=session.starts_at,
        now=now,
        zone=session.zone,
        business=choice.service.business,
        kind=choice.service.kind,
        price=choice.price.total,
    )


def lines_of(choice: Choice) -> tuple[VariantLine, ...]:
    """The priced variants of a class or a course, when there is more than one."""
    variants = list(choice.service.all_variants)
    if len(variants) < 2:  # noqa: PLR2004 - one form is no choice
        return ()
    free = choice.service.price_kind == Service.PriceKind.FREE
    currency = choice.service.business.currency
    counted = {variant.pk: people for variant, people in choice.mix}
    if not counted and choice.variant:
        counted = {choice.variant.pk: choice.party_size}
    return tuple(
        VariantLine(
            field=f"people_{it.pk}",
            name=it.name,
            price=None if free else Money(choice.service.with_tax(it.price), currency),
            people=counted.get(it.pk, 0),
        )
        for it in variants
    )
