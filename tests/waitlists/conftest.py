from tests.bookings.conftest import salon

__all__ = ["salon"]
