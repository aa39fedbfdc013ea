"""The table of docs/roles.md is the table of the code."""

import re
from pathlib import Path

import pytest

from apps.bookings.policy import Action
from apps.businesses.models import TeamMember
from apps.dashboard.roles import EVERY_ROLE, ROLES, Right, permitted, roles_with
from tests.architecture.sources import templates

PAPER = Path(__file__).resolve().parents[2] / "docs" / "roles.md"


def test_every_role_of_a_team_has_its_rights() -> None:
    assert set(ROLES) == set(EVERY_ROLE) == set(TeamMember.Role.values)


def test_the_paper_says_what_the_code_does() -> None:
    rows = re.findall(r"^\| ([A-Z_]+) \|(.+)\|", PAPER.read_text(encoding="utf-8"), re.MULTILINE)
    written = {
        right: tuple(
            role
            for role, cell in zip(EVERY_ROLE, cells.split("|"), strict=False)
            if cell.strip() == "yes"
        )
        for right, cells in rows
    }

    assert written == {right.value: roles_with(right) for right in Right}


def test_actions_without_a_right_are_nobodys() -> None:
    assert permitted([Action.ASK_TO_MOVE], rights=frozenset(Right)) == frozenset()


def test_an_accountant_may_do_nothing_to_a_booking() -> None:
    assert permitted(list(Action), rights=ROLES["ACCOUNTANT"]) == frozenset()


@pytest.mark.parametrize(
    ("right", "needs"),
    [
        (Right.OFFER_PLANS, {Right.SELL, Right.REFUND}),
        (Right.MAKE_LINK, {Right.CANCEL, Right.SEE_CONTACT, Right.SEE_MONEY}),
        (Right.SELL, {Right.SEE_CONTACT, Right.SEE_MONEY, Right.TAKE_MONEY}),
    ],
)
def test_no_page_and_no_link_shows_or_moves_what_a_role_may_not(
    right: Right, needs: set[Right]
) -> None:
    for role in roles_with(right):
        assert needs <= ROLES[role]


def test_pages_ask_for_rights_that_there_are() -> None:
    named = {
        right
        for _place, text in templates()
        for right in re.findall(r'"([A-Z_]+)" (?:not )?in rights', text)
    }

    assert named - {right.value for right in Right} == set()
