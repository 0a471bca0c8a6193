"""Which tests run on one worker, one after the other."""

from pathlib import PurePosixPath

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# The folders of tests whose waiting is worth beginning early; the others follow.
_FIRST = ("e2e", "chaos", "integration")
_ONE_PRODUCT = {"guided", "widget"}


class ModuleScheduling(LoadScopeScheduling):
    """A module stays on one worker, and so does a folder whose modules share a product.

    xdist's own `loadgroup` does not reach the ids of this version of pytest.
    """

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        # By size the small modules that start the whole product would come last.
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        module = PurePosixPath(nodeid.partition("::")[0])
        return str(module.parent if module.parent.name in _ONE_PRODUCT else module)


def longest_first(items: list[pytest.Item]) -> None:
    """Sort tests so that what waits and starts most begins first; within a folder nothing changes."""
    place_of = {f"tests/{name}/": place for place, name in enumerate(_FIRST)}

    def place_among(item: pytest.Item) -> int:
        places = (place for folder, place in place_of.items() if item.nodeid.startswith(folder))
        return next(places, len(_FIRST))

    items.sort(key=place_among)
