"""Why something cannot be bought beforehand, or changed afterwards."""


class PlanNotSold(Exception):
    """The plan is not sold (any more), or not to somebody who has had it as often as allowed."""


class PlanChanged(Exception):
    """The customer saw another price; price is what it costs now, in minor units."""

    def __init__(self, price: int) -> None:
        super().__init__(str(price))
        self.price = price


class PlanIsOver(Exception):
    """The plan has ended, so nothing about it can be changed."""


class CardMissing(Exception):
    """No card of this plan is kept, or with another provider than the portal's."""


class TooFewVisits(Exception):
    """More visits would be taken off than are left; left says how many there are."""

    def __init__(self, left: int) -> None:
        super().__init__(str(left))
        self.left = left


class AlreadyBought(Exception):
    """This form bought something else before; it is left as it is. value is what that is worth, in
    minor units, reference what it is known by."""

    def __init__(self, reference: str, value: int) -> None:
        super().__init__(f"{reference} {value}")
        self.reference = reference
        self.value = value
