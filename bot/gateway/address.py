"""Whose request it is: the peer's address, or the one a trusted proxy vouches for."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

from aiohttp import web

UNKNOWN = "unknown"


def client_address(request: web.Request, trusted_proxies: Sequence[IPv4Network | IPv6Network] = ()) -> str:
    """The address to count against: the last entry of X-Forwarded-For that is no trusted proxy itself.

    Without a trusted peer the header is ignored, for anybody can write it.
    """
    address = request.remote or UNKNOWN
    if not trusted_proxies or not _within(address, trusted_proxies):
        return address
    for hop in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        if not hop.strip():
            continue
        address = hop.strip()
        if not _within(address, trusted_proxies):
            break
    return address[:64]


def _within(address: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)
