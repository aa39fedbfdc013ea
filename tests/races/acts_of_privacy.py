"""What becomes of the names of people, in ``test_any_order``: put right, and erased."""

from apps.customers.models import Customer
from apps.privacy import operations as privacy
from apps.privacy.models import Retention
from apps.privacy.queries.retention import find_retention
from tests.races.stage_of_all import Stage


class Forgotten(Stage):
    def somebody_is_erased(self) -> None:
        """By themselves, the team, or again after a backup; refused while anything is open."""
        known = self.one(Customer.objects.filter(erased_at=None).order_by("pk"))
        if known is None:
            return
        of = known.business_id
        self.attempt_one(
            {
                "mailbox": lambda: privacy.erase_mailbox(
                    business_id=of, email=known.email, now=self.now
                ),
                "person": lambda: privacy.erase_person(
                    business_id=of,
                    customer_id=known.pk,
                    by=self.salon.olga,
                    reason="By phone",
                    now=self.now,
                ),
                "again": lambda: privacy.erase_again(customer=known, now=self.now),
            }
        )

    def the_owner_says_how_long_names_are_kept(self) -> None:
        known = find_retention(business_id=self.salon.business.pk)
        periods = {name: self.dice.choice((1, 3, None)) for name in Retention.PERIODS}
        self.attempt(
            lambda: privacy.set_periods(
                periods=periods, revision=known.revision, by=self.salon.olga, now=self.now
            )
        )

    def somebody_corrects_their_name(self) -> None:
        if known := self.one(Customer.objects.order_by("pk")):
            self.attempt(
                lambda: privacy.correct_person(
                    business_id=known.business_id,
                    customer_id=known.pk,
                    name="Another Name",
                    phone="",
                    now=self.now,
                )
            )
