"""Who signs passes is judged at start, in sentences that repeat no password."""

from pathlib import Path

import pytest

from bookings_portal.env import BadSetting
from bookings_portal.wallet import read_wallet
from tests.clock import NOW
from tests.wallet import DAY, PASS_TYPE_ID, PASSWORD, TEAM_ID, make_files


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return make_files(tmp_path_factory.mktemp("wallet"))


@pytest.fixture(autouse=True)
def given(monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> None:
    for name, value in files.items():
        monkeypatch.setenv(name, value)


def test_all_of_it_is_read() -> None:
    signer = read_wallet()

    assert signer is not None
    assert (signer.pass_type_id, signer.team_id) == (PASS_TYPE_ID, TEAM_ID)
    assert signer.is_valid(NOW)
    assert not signer.is_valid(NOW + 3001 * DAY)
    assert "key" not in repr(signer).lower()


def test_without_any_nobody_signs(monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> None:
    for name in files:
        monkeypatch.delenv(name)

    assert read_wallet() is None


def test_a_key_without_a_password_needs_none(
    monkeypatch: pytest.MonkeyPatch, files: dict[str, str]
) -> None:
    monkeypatch.setenv("WALLET_KEY", str(Path(files["WALLET_KEY"]).with_name("open.key")))
    monkeypatch.delenv("WALLET_KEY_PASSWORD")

    assert read_wallet() is not None


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("WALLET_TEAM_ID", "", "Passes for a wallet need WALLET_TEAM_ID as well, or none of"),
        ("WALLET_PASS_TYPE_ID", "book", "WALLET_PASS_TYPE_ID must look like pass.com.example"),
        ("WALLET_PASS_TYPE_ID", "pass.com.other", "not the one of WALLET_CERTIFICATE"),
        ("WALLET_TEAM_ID", "team", "WALLET_TEAM_ID must look like 10 capital letters"),
        ("WALLET_TEAM_ID", "Z1B2C3D4E5", "WALLET_TEAM_ID is not the one of WALLET_CERTIFICATE"),
        ("WALLET_CERTIFICATE", "/no/such/pass.pem", "CERTIFICATE /no/such/pass.pem cannot be read"),
        ("WALLET_CERTIFICATE", "pass.key", "WALLET_CERTIFICATE must be a certificate in PEM."),
        ("WALLET_INTERMEDIATE", "pass.key", "WALLET_INTERMEDIATE must be a certificate in PEM."),
        ("WALLET_KEY", "pass.pem", "WALLET_KEY must be a private key in PEM"),
        ("WALLET_KEY", "/no/such/pass.key", "WALLET_KEY /no/such/pass.key cannot be read"),
        ("WALLET_KEY_PASSWORD", "wrong", "WALLET_KEY must be a private key in PEM"),
        ("WALLET_KEY_PASSWORD", "", "WALLET_KEY must be a private key in PEM"),
    ],
)
def test_a_wrong_value_stops_the_start_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, files: dict[str, str], name: str, value: str, sentence: str
) -> None:
    folder = Path(files["WALLET_KEY"]).parent
    monkeypatch.setenv(name, str(folder / value) if (folder / value).is_file() else value)

    with pytest.raises(BadSetting, match=sentence) as refused:
        read_wallet()

    assert PASSWORD not in str(refused.value)


def test_the_key_of_another_certificate_is_refused(
    monkeypatch: pytest.MonkeyPatch, files: dict[str, str]
) -> None:
    monkeypatch.setenv("WALLET_KEY", str(Path(files["WALLET_KEY"]).with_name("other.key")))
    monkeypatch.delenv("WALLET_KEY_PASSWORD")

    with pytest.raises(BadSetting, match=r"WALLET_KEY is not the key of WALLET_CERTIFICATE\."):
        read_wallet()
