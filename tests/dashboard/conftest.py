"""Olga's salon, and the clock of the pictures: Tuesday 24 November 2026, 10:42 in Berlin."""

from collections.abc import Callable
from datetime import datetime

import pytest
import time_machine
from django.test import Client

from apps.businesses.models import TeamMember
from bookings_portal.sessions import SEEN
from tests.factories import NOW, Salon, make_member, make_salon

Sit = Callable[[str], Client]


@pytest.fixture
def clock(at_now: datetime, clock: time_machine.Traveller) -> time_machine.Traveller:
    """Every clock, which stands at the hour of the pictures until a test moves it."""
    clock.move_to(at_now)
    return clock


@pytest.fixture
def salon(db: None, clock: time_machine.Traveller) -> Salon:
    return make_salon(slug="juniper")


@pytest.fixture
def olga(salon: Salon, client: Client) -> Client:
    """The owner's browser."""
    client.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    note_that_it_is_used(client)
    return client


def note_that_it_is_used(browser: Client) -> None:
    """As if a page had just been opened: once a minute the sign-in notes that, by three queries."""
    session = browser.session
    session[SEEN] = int(NOW.timestamp())
    session.save()


@pytest.fixture
def seat(salon: Salon) -> Sit:
    """Sign somebody in with a role of this salon; STAFF is Ana."""

    def sit(role: str) -> Client:
        member = make_member(business=salon.business, email=f"{role}@juniper.example", role=role)
        if role == TeamMember.Role.STAFF:
            salon.ana.user = member.user
            salon.ana.save()
        browser = Client()
        browser.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return browser

    return sit
