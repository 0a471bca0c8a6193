"""A product whose services are replaced while conversations are open, and what its visitors see of prices."""

import re
from collections.abc import Iterable
from functools import partial

from devstack.child import run_concurrently
from tests.support.product import Product

_PRICE = re.compile(r"US\$(\d,\d{3})")


def add_second_dialogue(product: Product) -> None:
    """Another process of dialogue beside the first one."""
    product.services["dialogue-2"] = product.make("dialogue", instance="2")
    product.services["dialogue-2"].start()


def replace_dialogues(product: Product) -> None:
    """One after the other, so that there is always one to answer."""
    for name in sorted(name for name in product.services if name.startswith("dialogue")):
        _replace(product, name)


def replace_others(product: Product) -> None:
    """All services but dialogue, at once."""
    others = [name for name in product.services if not name.startswith("dialogue")]
    run_concurrently([partial(_replace, product, name) for name in others])


def _replace(product: Product, name: str) -> None:
    """End a process, and start one with the settings of now."""
    old = product.services[name]
    old.terminate()
    service, _, instance = name.partition("-")
    product.services[name] = product.make(service, port=old.port, instance=instance)
    product.services[name].start()


def prices_in(texts: Iterable[str]) -> set[int]:
    """Every monthly price that is named."""
    return {int(price.replace(",", "")) for text in texts for price in _PRICE.findall(text)}
