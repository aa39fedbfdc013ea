"""Why something cannot be bought beforehand, or changed afterwards."""

from http import HTTPStatus

from apps.kernel.refusals import Refusal


class PlanNotSold(Refusal):
    """The plan is not sold (any more), or not to somebody who has had it as often as allowed."""


class PlanChanged(Refusal):
    """The customer saw another price; price is what it costs now, in minor units."""

    def __init__(self, price: int) -> None:
        super().__init__(str(price))
        self.price = price


class PlanIsOver(Refusal):
    """The plan has ended, so nothing about it can be changed."""


class CardMissing(Refusal):
    """No card of this plan is kept, or with another provider than the portal's."""


class TooFewVisits(Refusal):
    """More visits would be taken off than are left; left says how many there are."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, left: int) -> None:
        super().__init__(str(left))
        self.left = left


class AlreadyBought(Refusal):
    """This form bought something else before; it is left as it is. value is what that is worth, in
    minor units, reference what it is known by."""

    def __init__(self, reference: str, value: int) -> None:
        super().__init__(f"{reference} {value}")
        self.reference = reference
        self.value = value


class GiftIsOver(Refusal):
    """The gift card was stopped, or is not paid yet: nothing on it can be changed."""
