"""What a course costs whoever goes to another run of it, where customers pay for the dates that are
left only (rule B44). Pure; amounts are minor units, tax included."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dates:
    """So many dates of a run are still ahead, of so many."""

    left: int
    of: int


def price_there(price: int, *, extras: int, booked: Dates, here: Dates, there: Dates) -> int:
    """What all of it costs once somebody goes from here to there. booked says for which dates the
    price was: those that came stay paid, those that are left here are given up for those there, at
    the same price each share of a course. A fraction of a minor unit is the customer's."""
    if not (booked.left and booked.of and here.of and there.of):
        return price
    course = max(0, price - extras) * booked.of
    shares = there.left * here.of - here.left * there.of
    difference = course * shares // (booked.left * here.of * there.of)
    return max(min(price, extras), price + difference)
