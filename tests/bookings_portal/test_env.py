import os
import stat
from pathlib import Path

import pytest

from bookings_portal import env
from bookings_portal.env import BadSetting, Origin

HTTP = Origin(url="http://127.0.0.1:8000", scheme="http", host="127.0.0.1")
HTTPS = Origin(url="https://book.example", scheme="https", host="book.example")


@pytest.mark.parametrize("text", ["1", "true", "YES", "on"])
def test_yes_may_be_said_in_several_ways(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("DEMO", text)

    assert env.read_flag("DEMO", default=False) is True


@pytest.mark.parametrize("text", ["0", "false", "No", "off", ""])
def test_no_may_be_said_in_several_ways(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("DEMO", text)

    assert env.read_flag("DEMO", default=True) is False


def test_maybe_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", "maybe")

    with pytest.raises(BadSetting, match=r"^DEBUG must be 1 or 0; it is 'maybe'\.$"):
        env.read_flag("DEBUG", default=False)


@pytest.mark.parametrize("text", ["-1", "ten", "10", "1.5", ""])
def test_a_number_stays_within_its_bounds(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("TRUSTED_PROXY_COUNT", text)

    with pytest.raises(BadSetting, match="must be a whole number from 0 to 9"):
        env.read_number("TRUSTED_PROXY_COUNT", default=0, most=9)


def test_an_origin_is_a_scheme_and_a_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_ORIGIN", "https://book.example/")

    assert env.read_origin() == HTTPS


@pytest.mark.parametrize(
    "text", ["book.example", "ftp://book.example", "https://", "https://book.example/shop", "//x"]
)
def test_anything_else_is_no_origin(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("PORTAL_ORIGIN", text)

    with pytest.raises(
        BadSetting, match=r"^PORTAL_ORIGIN must look like https://book\.example\.com"
    ):
        env.read_origin()


def test_hosts_default_to_the_origin_and_loopback_only_without_https(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ALLOWED_HOSTS", raising=False)

    assert env.read_hosts(origin=HTTPS) == ["book.example"]
    assert env.read_hosts(origin=HTTP) == ["127.0.0.1", "[::1]", "localhost"]


def test_hosts_are_a_list_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "book.example, www.book.example,")

    assert env.read_hosts(origin=HTTPS) == ["book.example", "www.book.example"]


def test_a_secret_key_is_made_once_and_kept_for_its_owner_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)

    first = env.read_secret_key(origin=HTTP, data_dir=tmp_path)

    assert len(first) >= 64
    assert env.read_secret_key(origin=HTTP, data_dir=tmp_path) == first
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_production_needs_a_given_secret_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)

    with pytest.raises(BadSetting, match="SECRET_KEY is missing"):
        env.read_secret_key(origin=HTTPS, data_dir=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("text", "path"), [("staff", "staff/"), ("/back/office/", "back/office/")])
def test_the_operator_path_ends_with_one_slash(
    monkeypatch: pytest.MonkeyPatch, text: str, path: str
) -> None:
    monkeypatch.setenv("OPERATOR_PATH", text)

    assert env.read_operator_path() == path


@pytest.mark.parametrize("text", ["", "/", "a b", "^admin", "a//b"])
def test_other_operator_paths_are_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("OPERATOR_PATH", text)

    with pytest.raises(BadSetting, match="OPERATOR_PATH must be letters"):
        env.read_operator_path()


def test_a_data_folder_that_cannot_be_made_gets_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "file" / "data"))

    with pytest.raises(BadSetting, match=r"^DATA_DIR .* cannot be written to: Not a directory\.$"):
        env.read_data_dir(base=tmp_path)


def test_a_checkout_that_cannot_be_written_to_needs_a_data_folder_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "checkout").touch()
    monkeypatch.delenv("DATA_DIR", raising=False)

    with pytest.raises(BadSetting) as refusal:
        env.read_data_dir(base=tmp_path / "checkout")

    assert str(refusal.value) == (
        f"The folder {tmp_path / 'checkout'} cannot be written to (Not a directory): set DATA_DIR "
        "to one that can, for the database and everything else that is kept."
    )
