"""First load of the picker over the wire, served as in production: 40 KB and 6 requests at most."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.factories import make_salon
from tests.ports import free_port

pytestmark = [
    pytest.mark.real_time,
    pytest.mark.journey,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]

BASE_DIR = Path(__file__).resolve().parents[2]
PATIENCE = 120  # seconds
MAX_BYTES, MAX_REQUESTS = 40 * 1024, 6


@pytest.fixture
def served(database_url: str, tmp_path: Path) -> Iterator[str]:
    """Gunicorn with collected, compressed files, on the test's database."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "DATA_DIR": str(tmp_path),
        "PORTAL_ORIGIN": url,
        "LOG_LEVEL": "WARNING",
    }
    manage = [sys.executable, str(BASE_DIR / "manage.py")]
    subprocess.run(
        [*manage, "collectstatic", "--noinput", "-v0"], env=environment, cwd=BASE_DIR, check=True
    )
    command = [sys.executable, "-m", "gunicorn", "bookings_portal.wsgi", "-b", f"127.0.0.1:{port}"]
    with subprocess.Popen(
        [*command, "--threads", "4", "--log-level", "warning"], env=environment, cwd=BASE_DIR
    ) as server:
        try:
            wait_for(f"{url}/healthz")
            yield url
        finally:
            server.terminate()


def wait_for(url: str) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except (urllib.error.URLError, OSError):
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


def test_the_first_load_of_the_picker_is_light(served: str, chromium: Browser) -> None:
    make_salon(slug="juniper")
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))

    page.goto(f"{served}/juniper/s/cut/times", wait_until="networkidle")
    page.locator("button.slot").first.wait_for()

    assert len(sizes) <= MAX_REQUESTS
    assert sum(sizes) <= MAX_BYTES
    page.close()
