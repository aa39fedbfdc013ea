"""A booking in the wallet of a phone: a signed pass with the code for the door, offered only where
there is a certificate, void when the booking is (rule S26)."""

import hashlib
import json
import shutil
import struct
import subprocess
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.door_codes import read_door_code
from apps.bookings.models import Booking
from bookings_portal.wallet import read_wallet
from tests.factories import NOW, Salon, make_booking, make_request
from tests.factories.bookings import cancel_as_customer
from tests.pages import text_of
from tests.self_service.test_cancel import let_in
from tests.wallet import PASS_TYPE_ID, TEAM_ID, make_files

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
OFFER = "Add to Apple Wallet"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return make_files(tmp_path_factory.mktemp("wallet"))


@pytest.fixture
def signs(monkeypatch: pytest.MonkeyPatch, settings: Any, files: dict[str, str]) -> None:
    """The environment names a certificate."""
    for name, value in files.items():
        monkeypatch.setenv(name, value)
    settings.WALLET = read_wallet()


@pytest.fixture
def carl(client: Client, salon: Salon) -> Booking:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)
    let_in(client, booking)
    return booking


def home(booking: Booking) -> str:
    return f"/manage/{booking.reference}/"


def fetch(client: Client, booking: Booking) -> ZipFile:
    answer = client.get(f"{home(booking)}wallet.pkpass")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/vnd.apple.pkpass"
    assert "no-store" in answer["Cache-Control"]
    return ZipFile(BytesIO(answer.content))


def facts_of(packed: ZipFile) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(packed.read("pass.json"))
    return facts


@pytest.mark.usefixtures("signs")
def test_it_says_what_when_and_where_and_has_the_code_for_the_door(
    client: Client, carl: Booking
) -> None:
    assert OFFER in text_of(client.get(home(carl)))

    facts = facts_of(fetch(client, carl))

    assert (facts["passTypeIdentifier"], facts["teamIdentifier"]) == (PASS_TYPE_ID, TEAM_ID)
    assert (facts["serialNumber"], facts["voided"]) == (carl.reference, False)
    assert facts["relevantDate"] == "2026-11-26T09:15:00+00:00"
    fields = {it["key"]: it["value"] for part in facts["eventTicket"].values() for it in part}
    assert fields["service"] == "Cut and finish"
    assert fields["day"] == "Thursday 26 November 2026"
    assert fields["time"].replace("\u202f", " ") == "10:15 – 11:00"
    assert fields["where"] == "Kastanienallee 12, 10435 Berlin"
    (code,) = facts["barcodes"]
    head, _slash, letters = code["message"].rstrip("/").rpartition("/")
    assert head.endswith("/own/juniper/door")
    assert read_door_code(letters) == carl.pk


@pytest.mark.usefixtures("signs")
def test_it_names_nobody_and_opens_nothing(client: Client, carl: Booking) -> None:
    said = fetch(client, carl).read("pass.json").decode()

    for words in ("Carl", "Vogt", "carl@example.com", "48", "/m/", "/manage/"):
        assert words not in said.replace(carl.reference, "")


@pytest.mark.usefixtures("signs")
def test_every_file_has_its_hash(client: Client, carl: Booking) -> None:
    packed = fetch(client, carl)

    hashes = json.loads(packed.read("manifest.json"))

    assert set(packed.namelist()) == {*hashes, "manifest.json", "signature"}
    for name, told in hashes.items():
        assert hashlib.sha1(packed.read(name)).hexdigest() == told  # noqa: S324
    for name, edge in {"icon.png": 29, "icon@2x.png": 58, "icon@3x.png": 87}.items():
        assert struct.unpack(">II", packed.read(name)[16:24]) == (edge, edge)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not there")
@pytest.mark.usefixtures("signs")
def test_others_find_the_signature_true_and_one_changed_letter_untrue(
    client: Client, carl: Booking, files: dict[str, str], tmp_path: Path
) -> None:
    fetch(client, carl).extractall(tmp_path)
    verify = ["openssl", "smime", "-verify", "-inform", "DER", "-in", "signature", "-binary"]
    verify += ["-content", "manifest.json", "-CAfile", files["WALLET_INTERMEDIATE"]]
    verify += ["-purpose", "any", "-attime", str(int(NOW.timestamp()))]

    true = subprocess.run(verify, cwd=tmp_path, capture_output=True, check=False)
    manifest = tmp_path / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b"a", b"b", 1))
    untrue = subprocess.run(verify, cwd=tmp_path, capture_output=True, check=False)

    assert true.returncode == 0, true.stderr
    assert untrue.returncode != 0


@pytest.mark.usefixtures("signs")
def test_it_is_void_when_the_booking_is(client: Client, carl: Booking) -> None:
    cancel_as_customer(carl, fee=0, now=NOW)

    assert facts_of(fetch(client, carl))["voided"] is True
    assert OFFER not in text_of(client.get(home(carl)))


@pytest.mark.usefixtures("signs")
def test_fetched_again_after_a_move_it_takes_the_place_of_the_old_one(
    client: Client, carl: Booking, salon: Salon
) -> None:
    before = facts_of(fetch(client, carl))
    bookings.move_booking(
        booking_id=carl.pk,
        business_id=carl.business_id,
        revision=carl.revision,
        starts_at=salon.at(27, 14),
        resource_id=None,
        by=None,
        now=NOW,
    )

    after = facts_of(fetch(client, carl))

    assert after["serialNumber"] == before["serialNumber"]
    assert after["relevantDate"] == "2026-11-27T13:00:00+00:00"


def test_without_a_certificate_nobody_is_offered_one(client: Client, carl: Booking) -> None:
    assert OFFER not in text_of(client.get(home(carl)))
    assert client.get(f"{home(carl)}wallet.pkpass").status_code == 404


@pytest.mark.usefixtures("signs")
def test_nor_with_one_that_has_run_out(client: Client, carl: Booking, settings: Any) -> None:
    ended = settings.WALLET.certificate.not_valid_after_utc + timedelta(seconds=1)

    assert not settings.WALLET.is_valid(ended)


@pytest.mark.usefixtures("signs")
def test_nor_for_a_request(client: Client, salon: Salon) -> None:
    asked = make_request(service=salon.bridal, starts_at=salon.at(27, 10), now=NOW)
    let_in(client, asked)

    assert OFFER not in text_of(client.get(home(asked)))
    assert client.get(f"{home(asked)}wallet.pkpass").status_code == 404


@pytest.mark.usefixtures("signs")
def test_a_stranger_gets_none(carl: Booking) -> None:
    assert Client().get(f"{home(carl)}wallet.pkpass").status_code == 404


@pytest.mark.usefixtures("signs")
def test_the_page_after_booking_offers_it_too(client: Client, carl: Booking) -> None:
    assert OFFER in text_of(client.get(f"/done/{carl.reference}/"))
