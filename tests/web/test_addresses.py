"""Whose address counts, and how wide a net is (rule S5)."""

import pytest
from django.test import RequestFactory, override_settings

from apps.web.http import client_address, client_network, network_of


def address(remote: str, forwarded: str | None = None) -> str:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=remote, headers=headers))


def test_without_a_proxy_of_ours_the_header_is_a_strangers_claim() -> None:
    assert address("203.0.113.7", "198.51.100.1") == "203.0.113.7"


@override_settings(TRUSTED_PROXY_COUNT=1)
def test_one_proxy_vouches_for_the_last_entry_only() -> None:
    assert address("127.0.0.1", "6.6.6.6, 203.0.113.7") == "203.0.113.7"


@override_settings(TRUSTED_PROXY_COUNT=2)
def test_two_proxies_vouch_for_the_last_entry_but_one() -> None:
    assert address("127.0.0.1", "6.6.6.6, 203.0.113.7, 10.0.0.1") == "203.0.113.7"
    assert address("127.0.0.1", "10.0.0.1") == "127.0.0.1"


@override_settings(TRUSTED_PROXY_COUNT=1)
@pytest.mark.parametrize("nonsense", ["", "evil\x00", "1.2.3.4:80", "<script>", "999.1.1.1"])
def test_nonsense_is_nobody(nonsense: str) -> None:
    assert address("nowhere", nonsense) == "unknown"


@pytest.mark.parametrize(
    ("raw", "network"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
    ],
)
def test_neighbours_share_a_net(raw: str, network: str) -> None:
    assert network_of(raw) == network


def test_a_request_has_a_network() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.7")
    assert client_network(request) == "203.0.113.0/24"
