"""Everybody of ``test_any_order`` together, and how often each does what."""

from random import Random

import time_machine

from tests.races.acts_at_the_desk import Desk
from tests.races.acts_at_the_till import Payers
from tests.races.acts_of_customers import Customers
from tests.races.acts_of_privacy import Forgotten
from tests.races.acts_of_the_bank import Bank
from tests.races.acts_of_the_team import Team
from tests.races.acts_of_the_worker import Worker
from tests.races.acts_on_the_setup import Arrangers
from tests.races.acts_with_classes import Classes
from tests.races.acts_with_codes import CodeMakers
from tests.races.acts_with_plans import Holders
from tests.races.known_ledger import KnownLedger


class Anybody(
    Team, Customers, Payers, Bank, Holders, CodeMakers, Classes, Desk, Arrangers, Forgotten, Worker
):
    """Customers, their bank, team, operators and worker on one stage."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = KnownLedger()

    def warm_up(self, seed: object) -> None:
        """A shop where something is going on already."""
        for turn in range(WARM_UP):
            self.dice = Random(f"{seed}-{turn}")  # noqa: S311  no secret
            getattr(self, self.dice.choice(AT_FIRST))()

    def act(self, seed: object) -> str:
        """Let somebody do something, as the seed says, and return what."""
        self.dice = Random(str(seed))  # noqa: S311  no secret
        (name,) = self.dice.choices(list(HOW_OFTEN), weights=list(HOW_OFTEN.values()))
        getattr(self, name)()
        return name

    def findings(self) -> list[str]:
        """What the worker only logged, and what the ledger has against the books now; what was
        refused or found nothing to do has changed nothing."""
        told, self.trouble.told = self.trouble.told, []
        if not self.has_changed:
            return told
        self.has_changed = False
        with time_machine.travel(self.now, tick=False):
            return [*told, *(str(it) for it in self.ledger.find_all(now=self.now))]


WARM_UP = 25
AT_FIRST = (
    *5 * ("somebody_books",),
    *("somebody_waits_for_a_class", "somebody_waits_for_a_time"),
    *("somebody_taps_a_time", "somebody_checks_out"),
    *("a_rule_of_a_service_changes", "a_price_changes", "the_business_changes"),
)

HOW_OFTEN = {
    "somebody_books": 14,
    "somebody_taps_a_time": 6,
    "somebody_takes_a_suggested_time": 1,
    "somebody_taps_a_class": 3,
    "details_are_sent": 3,
    "a_draft_is_held_or_let_go": 2,
    "a_draft_goes_to_another_browser": 1,
    "somebody_cancels": 5,
    "more_people_come": 2,
    "somebody_is_erased": 3,
    "somebody_corrects_their_name": 1,
    "the_owner_says_how_long_names_are_kept": 1,
    "a_party_changes": 5,
    "a_party_goes_elsewhere": 2,
    "an_appointment_goes_elsewhere": 3,
    "somebody_waits_for_a_class": 3,
    "somebody_waits_for_a_time": 3,
    "somebody_in_line_answers": 5,
    "somebody_would_take_a_better_time": 3,
    "a_better_time_is_answered": 3,
    "a_double_booking_is_answered": 1,
    "small_things_are_done": 1,
    "somebody_checks_out": 8,
    "the_rest_is_paid_online": 3,
    "a_payment_goes_on_or_is_given_up": 2,
    "a_code_is_used_later": 2,
    "a_plan_pays_later": 6,
    "somebody_is_at_the_bank": 8,
    "money_comes_too_late": 3,
    "the_bank_tells_it_again": 2,
    "the_bank_gives_money_back_by_itself": 1,
    "the_bank_refuses_a_refund_days_later": 2,
    "the_bank_takes_another_amount": 1,
    "the_bank_lets_go": 1,
    "the_team_looks_at_another_amount": 1,
    "the_team_decides_about_a_refused_refund": 1,
    "the_team_settles_a_card_that_is_not_covered": 1,
    "somebody_buys_a_plan": 3,
    "a_plan_pays_with_one_tap": 3,
    "a_plan_is_changed": 2,
    "a_membership_stops_or_goes_on": 1,
    "a_period_is_paid_at_the_desk": 2,
    "what_is_offered_changes": 2,
    "a_code_is_made_or_stopped": 2,
    "a_discount_is_made_or_stopped": 1,
    "somebody_buys_a_gift_card": 2,
    "a_gift_card_is_changed": 1,
    "a_request_is_confirmed": 6,
    "a_request_is_declined": 3,
    "another_time_is_suggested": 2,
    "an_answer_is_taken_back": 1,
    "the_owner_lets_it_take_place": 2,
    "the_owner_puts_somebody_in": 2,
    "the_owner_serves_the_line": 3,
    "a_double_booking_is_resolved": 2,
    "something_is_scheduled": 2,
    "a_class_is_cancelled": 1,
    "a_course_is_cancelled": 1,
    "a_class_is_changed": 2,
    "somebody_takes_time_off": 1,
    "a_place_gets_another_clock": 2,
    "the_places_of_a_class_change": 2,
    "somebody_is_marked": 1,
    "somebody_pays_at_the_desk": 3,
    "money_of_a_booking_goes_back": 2,
    "the_team_cancels": 2,
    "money_of_what_is_over_is_decided": 2,
    "a_rule_of_a_service_changes": 6,
    "a_price_changes": 3,
    "what_becomes_of_the_unanswered_changes": 1,
    "the_policy_changes": 1,
    "the_hours_change": 2,
    "the_team_changes": 2,
    "the_business_changes": 2,
    "time_passes": 8,
    "the_worker_runs": 2,
    "the_worker_does_one_thing": 4,
    "the_worker_does_what_is_due": 4,
    "the_worker_looks_at_minimums": 3,
    "the_worker_asks_the_bank": 5,
    "the_worker_gives_money_back": 1,
}
