import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
PASSWORD = "seven quiet herons"
QUARTER = 15 * 60


@pytest.fixture
def olga() -> User:
    return User.objects.create_user("olga", "olga@juniper.example", PASSWORD)


def sign_in(client: Client, password: str, *, address: str = "198.51.100.7") -> int:
    form = {"login": "olga@juniper.example", "password": password}
    return client.post("/own/sign-in/", form, REMOTE_ADDR=address).status_code


def test_an_owner_signs_in_with_the_mail_address(client: Client, olga: User) -> None:
    assert sign_in(client, PASSWORD) == 302
    assert client.session["_auth_user_id"] == str(olga.pk)


def test_the_sixth_guess_is_refused_even_when_it_is_right(client: Client, olga: User) -> None:
    guesses = [sign_in(client, f"guess {number}") for number in range(5)]

    assert guesses == [422] * 5
    assert sign_in(client, PASSWORD) == 429


def test_guesses_from_elsewhere_do_not_lock_the_owner_out(client: Client, olga: User) -> None:
    for number in range(6):
        sign_in(Client(), f"guess {number}", address="203.0.113.9")

    assert sign_in(client, PASSWORD) == 302


def test_right_passwords_are_not_counted(client: Client, olga: User) -> None:
    assert [sign_in(Client(), PASSWORD) for _ in range(7)] == [302] * 7


def test_nobody_can_sign_up(client: Client) -> None:
    """The address is one of a business that does not exist: first a sign-in, then 404."""
    form = {"email": "sam@example.com", "password1": PASSWORD, "password2": PASSWORD}

    response = client.post("/own/sign-up/", form)

    assert response.headers["Location"] == "/own/sign-in/?next=%2Fown%2F"
    assert User.objects.count() == 0


def test_operators_sign_in_where_owners_do(client: Client) -> None:
    response = client.get("/operator/login/", {"next": "/operator/"})

    assert response.headers["Location"] == "/own/sign-in/?next=%2Foperator%2F"


def test_an_owner_is_no_operator(client: Client, olga: User) -> None:
    client.force_login(olga)

    assert client.get("/operator/login/").status_code == 403


def test_two_step_pages_ask_for_a_sign_in(client: Client) -> None:
    response = client.get("/own/sign-in/two-step/")

    assert response.headers["Location"] == "/own/sign-in/?next=/own/sign-in/two-step/"


@pytest.mark.parametrize(
    ("address", "form", "tries", "wait"),
    [
        ("/own/sign-in/password/", {"oldpassword": PASSWORD, "password1": "short"}, 5, 60),
        ("/own/sign-in/forgotten/", {"email": "olga@juniper.example"}, 3, QUARTER),
    ],
)
def test_who_tries_a_page_too_often_waits_as_long_as_it_says(
    client: Client, olga: User, *, address: str, form: dict[str, str], tries: int, wait: int
) -> None:
    """Seen to fail: five passwords that were too short, and an hour for a limit of a minute."""
    if wait == QUARTER:  # which ends with the quarter of the clock
        wait -= int(timezone.now().timestamp()) % QUARTER
    sign_in(client, PASSWORD)
    answers = [client.post(address, form) for _time in range(tries + 1)]

    assert [it.status_code == 429 for it in answers] == [False] * tries + [True]
    assert answers[-1].headers["Retry-After"] == str(wait)


@pytest.mark.parametrize("path", ["/own/sign-in/", "/own/sign-in/forgotten/"])
def test_an_address_is_called_e_mail_as_everywhere(client: Client, path: str) -> None:
    page = client.get(path).content.decode()

    assert "E-mail</label>" in page.replace("\n", "")
    assert "Email" not in page
