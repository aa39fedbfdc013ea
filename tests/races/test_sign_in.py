"""One mail signs in one browser, however many tap at once (rule S19)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from apps.customers import operations as customers
from apps.customers.models import SignedInDevice, SignIn
from apps.customers.proofs import code_of
from tests.factories import NOW

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def asked() -> SignIn:
    found = customers.ask_to_sign_in(email="carl@example.com", now=NOW)
    live = customers.note_mailed(sign_in_id=found.pk, now=NOW)
    assert live is not None
    return live


def by_code(sign_in: SignIn, code: str) -> str:
    try:
        customers.sign_in_by_code(sign_in_id=sign_in.pk, code=code, device="", now=NOW)
    except customers.WrongCode:
        return "wrong"
    except customers.SignInOver:
        return "over"
    else:
        return "in"
    finally:
        connections.close_all()


def by_link(sign_in: SignIn) -> str:
    try:
        customers.sign_in_by_link(sign_in_id=sign_in.pk, device="", now=NOW)
    except customers.SignInOver:
        return "over"
    else:
        return "in"
    finally:
        connections.close_all()


def test_of_many_taps_at_once_one_signs_in() -> None:
    sign_in = asked()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _tap: by_link(sign_in), range(8)))

    assert sorted(answers) == ["in"] + ["over"] * 7
    assert SignedInDevice.objects.count() == 1


def test_of_many_wrong_codes_at_once_five_are_tried() -> None:
    sign_in = asked()
    wrong = f"{(int(code_of(sign_in)) + 1) % 1_000_000:06d}"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _tap: by_code(sign_in, wrong), range(8)))

    assert sorted(answers) == ["over"] * 3 + ["wrong"] * 5
    assert by_code(sign_in, code_of(sign_in)) == "over"
