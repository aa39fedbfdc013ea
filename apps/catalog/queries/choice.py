"""A service as somebody chose it: which variant, which extras, for how many, with whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus

from apps.businesses.models import Location
from apps.businesses.queries import Remembered
from apps.catalog.models import AddOn, BookingPolicy, Service, StaffMember, Variant
from apps.catalog.pricing import Price, PriceLine, quote
from apps.catalog.queries.offered import (
    Need,
    Requirements,
    able_staff,
    default_policy,
    list_staff,
    read_needs,
)
from apps.kernel.refusals import Refusal

_needs: Remembered[tuple[Need, ...]] = Remembered(most=1_000)


class UnknownChoice(Refusal):
    """A variant, extra, person, place or party size that this service does not offer."""

    status = HTTPStatus.NOT_FOUND


@dataclass(frozen=True)
class Choice:
    """Everything that decides price and length before a time is named.

    chosen_id is the resource of the person asked for, None for anybody; mix is how many come under
    which variant when several do ("2 adults, 1 child"), empty when all come under one. location is
    where it happens, None online and at the customer's. Names are read only when a page shows them:
    holding and booking do without.
    """

    service: Service
    policy: BookingPolicy
    variant: Variant | None
    add_ons: tuple[AddOn, ...]
    party_size: int
    chosen_id: int | None
    needs: tuple[Need, ...]
    mix: tuple[tuple[Variant, int], ...] = ()
    location: Location | None = None

    @cached_property
    def staff(self) -> tuple[StaffMember, ...]:
        """The people who do this service, in the order of the team."""
        return list_staff(service=self.service, needs=self.needs)

    @property
    def has_other_places(self) -> bool:
        """Whether the customer chooses where it happens."""
        return self.location is not None and len(self.service.all_locations) > 1

    @property
    def chosen_staff(self) -> StaffMember | None:
        return next((it for it in self.staff if it.resource_id == self.chosen_id), None)

    @property
    def duration_minutes(self) -> int:
        base = self.variant.duration_minutes if self.variant else None
        extra = sum(add_on.duration_minutes for add_on in self.add_ons)
        return (base or self.service.duration_minutes) + extra

    @property
    def price(self) -> Price:
        service = self.service
        custom = service.price_kind == Service.PriceKind.CUSTOM
        return quote(
            base=self._lines(),
            extras=[
                PriceLine(name=extra.name, amount=extra.price, quantity=1) for extra in self.add_ons
            ],
            currency=service.business.currency,
            custom_text=service.price_text if custom else None,
            tax_on_top=service.tax_on_top,
        )

    def _lines(self) -> list[PriceLine]:
        free = self.service.price_kind == Service.PriceKind.FREE
        if self.mix:
            return [
                PriceLine(name=it.name, amount=0 if free else it.price, quantity=people)
                for it, people in self.mix
            ]
        amount = self.variant.price if self.variant else self.service.price
        name = self.variant.name if self.variant else self.service.name
        return [PriceLine(name=name, amount=0 if free else amount, quantity=self.party_size)]

    @property
    def requirements(self) -> Requirements:
        """What a time needs, as availability asks for it; read once with the choice."""
        return [(need.type_id, need.able) for need in self.needs]

    @property
    def primary_id(self) -> int | None:
        return self.chosen_id


def choose(
    *,
    service: Service,
    variant_id: int | None = None,
    add_on_ids: Sequence[int] = (),
    party_size: int = 1,
    resource_id: int | None = None,
    mix: Mapping[int, int] | None = None,
    location_id: int | None = None,
    is_for_team: bool = False,
) -> Choice:
    """Check a choice against what the service offers and put it together.

    A service with variants and none chosen takes the first, as the page shows it, and one with
    several places the first of them. mix says how many people come under which variant; the party
    is then their sum. is_for_team: the team chooses for somebody, so that the policy's limit of
    people on one booking does not count.

    Raises:
        UnknownChoice: something chosen does not belong to this service, or too many people.
    """
    policy = service.policy or default_policy(business=service.business)
    needs = _needs_of(service)
    if resource_id is not None and resource_id not in able_staff(needs):
        raise UnknownChoice("staff")
    people = _pick_mix(service, mix or {})
    size = sum(count for _variant, count in people) or party_size
    if size < 1 or (size > policy.max_participants and not is_for_team):
        raise UnknownChoice("participants")
    return Choice(
        service=service,
        policy=policy,
        variant=people[0][0] if people else _pick_variant(service, variant_id),
        add_ons=_pick_add_ons(service, add_on_ids),
        party_size=size,
        mix=people,
        location=place_of(service, location_id),
        chosen_id=resource_id,
        needs=needs,
    )


def _needs_of(service: Service) -> tuple[Need, ...]:
    return _needs.get(
        service.business, service.pk, lambda: tuple(read_needs([service.pk])[service.pk])
    )


def _pick_mix(service: Service, mix: Mapping[int, int]) -> tuple[tuple[Variant, int], ...]:
    wanted = {pk: people for pk, people in mix.items() if people}
    if any(people < 0 for people in wanted.values()):
        raise UnknownChoice("participants")
    if not wanted:
        return ()
    known = {variant.pk: variant for variant in service.all_variants}
    if wanted.keys() - known.keys():
        raise UnknownChoice("variant")
    return tuple((known[pk], wanted[pk]) for pk in known if pk in wanted)


def place_of(service: Service, location_id: int | None) -> Location | None:
    """Return the chosen place of a service, its first when none is named, None when it has none.

    Raises:
        UnknownChoice: it does not happen there.
    """
    places = service.all_locations if service.is_at_business else ()
    if location_id is None:
        return next(iter(places), None)
    for place in places:
        if place.pk == location_id:
            return place
    raise UnknownChoice("location")


def _pick_variant(service: Service, variant_id: int | None) -> Variant | None:
    variants = service.all_variants
    if variant_id is None:
        return variants[0] if variants else None
    for variant in variants:
        if variant.pk == variant_id:
            return variant
    raise UnknownChoice("variant")


def _pick_add_ons(service: Service, add_on_ids: Sequence[int]) -> tuple[AddOn, ...]:
    if not add_on_ids:
        return ()
    found = list(
        AddOn.objects.filter(
            group__service=service, active=True, pk__in=set(add_on_ids)
        ).select_related("group")
    )
    if len(found) != len(set(add_on_ids)):
        raise UnknownChoice("add-on")
    for group in {add_on.group for add_on in found}:
        if sum(add_on.group_id == group.pk for add_on in found) > group.max_add_ons:
            raise UnknownChoice("add-on")
    return tuple(found)
