"""Leads are sent to public addresses over HTTPS alone, however an address is written."""

import pytest

from services.leadstore.deliverer.domain import check_url, may_connect
from services.leadstore.deliverer.errors import UnfitReceiver

FORBIDDEN = [
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1"),
    *("::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "::127.0.0.1"),
    *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
    *("2002:7f00:1::", "2002:a9fe:a9fe::", "no address", "1.2.3", "0x7f000001", ""),
]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_no_address_that_is_not_public_is_connected_to(address: str) -> None:
    assert not may_connect(address, 443, ())


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1", "::ffff:8.8.8.8"])
def test_public_addresses_are(address: str) -> None:
    assert may_connect(address, 443, ())


def test_on_a_laptop_named_ports_of_this_machine_are_and_nothing_else() -> None:
    assert may_connect("127.0.0.1", 9000, (9000,))
    assert not may_connect("127.0.0.1", 9001, (9000,))
    assert not may_connect("10.0.0.1", 9000, (9000,))


UNFIT = [
    *("http://example.com/", "ftp://example.com/", "https://", "https:///x", "not a url", "//example.com"),
    *("https://user:word@example.com/", "https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/x"),
    *("https://localhost/", "http://127.0.0.1:80/", "https://[::ffff:127.0.0.1]/", "https://x:99999/"),
]


@pytest.mark.parametrize("url", UNFIT)
def test_a_url_that_may_not_be_sent_to_is_refused_when_it_is_subscribed(url: str) -> None:
    with pytest.raises(UnfitReceiver):
        check_url(url, (9000,))


@pytest.mark.parametrize(
    "url", ["https://example.com/x?y=z", "https://example.com:8443/", "http://localhost:9000/"]
)
def test_other_urls_are_taken(url: str) -> None:
    check_url(url, (9000,))
