"""Harbor Yoga's plans and Juniper's money, as they are in the tests of the till."""

from tests.checkout.conftest import purchase, salon, studio, ten

__all__ = ["purchase", "salon", "studio", "ten"]
