"""Where a request comes from, as far as limits care."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"


def client_address(request: HttpRequest) -> str:
    """Return the address of the client, or "unknown".

    ``settings.TRUSTED_PROXY_COUNT`` (0) says how many of our own proxies stand before us: that many
    entries are trusted at the right end of X-Forwarded-For, all others were written by the client.
    """
    count = int(getattr(settings, "TRUSTED_PROXY_COUNT", 0))
    raw = request.META.get("REMOTE_ADDR", "")
    if count:
        chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        raw = chain[-count] if len(chain) >= count else raw
    address = _parse(raw)
    return str(address) if address else UNKNOWN


def client_network(request: HttpRequest) -> str:
    """Return the client's network: /24 for IPv4, /64 for IPv6; one home or one office."""
    return network_of(client_address(request))


def network_of(raw: str) -> str:
    """Group an address text to its network text; anything that is no address is "unknown"."""
    address = _parse(raw)
    if address is None:
        return UNKNOWN
    prefix = 24 if address.version == 4 else 64  # noqa: PLR2004 - IP version
    return str(ip_network((address, prefix), strict=False))


def _parse(raw: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(raw.split("%", maxsplit=1)[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
