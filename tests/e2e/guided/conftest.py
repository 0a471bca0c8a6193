"""One product for all of these modules."""

from tests.support.shared_product import product

__all__ = ["product"]
