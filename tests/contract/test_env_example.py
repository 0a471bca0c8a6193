"""`.env.example` shows every setting of every service, and nothing that no service reads."""

import re
from io import StringIO
from itertools import pairwise

from dotenv import dotenv_values

from devstack.child import PROJECT
from devstack.settings import RunSettings
from tests.support.setting_names import every_name, names_of

TEXT = (PROJECT / ".env.example").read_text(encoding="utf-8")
# Read by the tests and the devstack's own start, not by a settings class.
OTHERS = {"TEST_INFRA", "TEST_BROKER"}
COMPOSE = set(re.findall(r"\$\{([A-Z_]+)", (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")))


def test_every_setting_is_shown_and_nothing_that_nobody_reads() -> None:
    known = every_name() | names_of(RunSettings) | COMPOSE
    # Every one of them may be given as X_FILE; one of that name would be taken for it.
    assert not {name for name in known if name.endswith("_FILE") and name.removesuffix("_FILE") in known}
    shown = set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", TEXT, re.MULTILINE))
    assert sorted(known - shown) == sorted(shown - known - OTHERS) == []


def test_every_setting_of_a_run_is_shown_with_its_default_and_each_below_a_comment() -> None:
    shown = dotenv_values(stream=StringIO(TEXT))
    for name, field in RunSettings.model_fields.items():
        assert shown[name.upper()] == ("" if field.default is None else str(field.default))
    for before, line in pairwise(TEXT.splitlines()):
        assert before.startswith("#") or not re.match(r"(# )?[A-Z_]+=", line), line
