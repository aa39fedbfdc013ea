"""The demo's outbox: files written whole, pages that show them and can do nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client, override_settings
from django.urls import include, path

from apps.messages.eml_files import list_kept_mails, read_kept_mail

BACKEND = "apps.messages.eml_files.EmailBackend"

urlpatterns = [path("dev/outbox/", include("apps.messages.urls"))]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    kept = tmp_path / "mail"
    with override_settings(
        EMAIL_BACKEND=BACKEND, EMAIL_FILE_PATH=str(kept), DEMO=True, ROOT_URLCONF=__name__
    ):
        yield kept


def keep(subject: str = "Booked: Thu 26 Nov", html: str = "<p>See you</p>") -> None:
    mail = EmailMultiAlternatives(subject, "See you, Zoë.\n/m/token", to=["eva@example.com"])
    mail.attach_alternative(html, "text/html")
    mail.attach("booking.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar")
    assert get_connection().send_messages([mail]) == 1


def address(folder: Path, page: str = "") -> str:
    (mail,) = list_kept_mails(folder)
    return f"/dev/outbox/{mail.name}/{page}"


def test_a_mail_is_one_whole_file_and_reads_back_the_same(folder: Path) -> None:
    keep()
    assert [file.suffix for file in folder.iterdir()] == [".eml"]
    (mail,) = list_kept_mails(folder)
    assert (mail.subject, mail.recipient) == ("Booked: Thu 26 Nov", "eva@example.com")
    assert mail.text == "See you, Zoë.\n/m/token"
    assert mail.html == "<p>See you</p>"
    assert "VCALENDAR" in mail.calendar


def test_the_newest_mail_stands_first(folder: Path, clock: time_machine.Traveller) -> None:
    keep("first")
    clock.shift(1)
    keep("second")
    assert [mail.subject for mail in list_kept_mails(folder)] == ["second", "first"]


def test_drafts_and_foreign_files_are_no_mails(folder: Path) -> None:
    folder.mkdir()
    (folder / ".20261124T100000000000-00000000.eml.part").write_text("half")
    (folder / "notes.eml").write_text("mine")
    assert list_kept_mails(folder) == []


@pytest.mark.parametrize("name", ["../secret_key", "..%2fsecret_key", "x.eml", "", "\x00"])
def test_only_names_of_mails_are_opened(folder: Path, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        read_kept_mail(folder, name)


def test_an_empty_outbox_says_so(folder: Path) -> None:
    assert "No e-mails yet" in Client().get("/dev/outbox/").content.decode()


def test_the_list_leads_to_a_mail_and_its_links(folder: Path) -> None:
    keep()
    assert "Booked: Thu 26 Nov" in Client().get("/dev/outbox/").content.decode()
    page = Client().get(address(folder)).content.decode()
    assert "See you, Zoë." in page
    assert address(folder, "html") in page


def test_the_preview_may_do_nothing(folder: Path) -> None:
    keep(html="<script>alert(1)</script>")
    response = Client().get(address(folder, "html"))
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "script-src" not in policy
    assert "allow-scripts" not in policy
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_the_page_may_frame_the_preview_only(folder: Path) -> None:
    keep()
    policy = Client().get(address(folder)).headers["Content-Security-Policy"]
    assert "frame-src 'self'" in policy
    assert "default-src 'none'" in policy


def test_markup_in_a_mail_is_text_on_our_pages(folder: Path) -> None:
    keep(subject="<img src=x onerror=alert(1)>")
    for page in ("/dev/outbox/", address(folder)):
        assert "<img src=x" not in Client().get(page).content.decode()


def test_the_calendar_file_is_a_download(folder: Path) -> None:
    keep()
    response = Client().get(address(folder, "booking.ics"))
    assert response.headers["Content-Type"].startswith("text/calendar")
    assert b"BEGIN:VCALENDAR" in response.content


@pytest.mark.parametrize("page", ["", "html", "booking.ics"])
def test_outside_the_demo_there_is_nothing(folder: Path, page: str) -> None:
    keep()
    with override_settings(DEMO=False):
        assert Client().get(address(folder, page)).status_code == 404
        assert Client().get("/dev/outbox/").status_code == 404


def test_unknown_mails_are_not_found(folder: Path) -> None:
    keep()
    gone = "/dev/outbox/20261124T100000000000-00000000.eml/"
    assert Client().get(gone).status_code == 404
    assert Client().post(address(folder)).status_code == 405
