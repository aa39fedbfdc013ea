"""Harbor Yoga's plans and Juniper's money, as they are in the tests of the till."""

from tests.checkout.conftest import asking, purchase, salon, stub, studio, ten

__all__ = ["asking", "purchase", "salon", "stub", "studio", "ten"]
