"""How much the tests try: little and often on a laptop, more in CI."""

import os
from typing import Final

PROFILE: Final = os.environ.get("HYPOTHESIS_PROFILE", "quick")
IS_THOROUGH: Final = PROFILE == "thorough"
