"""`.env.example` shows every setting of every service, and nothing that no service reads."""

import importlib
import re
from io import StringIO
from itertools import pairwise

from dotenv import dotenv_values
from pydantic_settings import BaseSettings

from chassis.kafka.topics.settings import TopicSettings
from devstack.child import PROJECT
from devstack.services import PROCESSES, package_of
from devstack.settings import RunSettings

TEXT = (PROJECT / ".env.example").read_text(encoding="utf-8")
# Read by the tests and the devstack's own start, not by a settings class.
OTHERS = {"TEST_INFRA", "TEST_BROKER"}


def _names_of(settings: type[BaseSettings]) -> set[str]:
    prefix, names = settings.model_config.get("env_prefix", ""), set[str]()
    for name, field in settings.model_fields.items():
        is_group = isinstance(field.annotation, type) and issubclass(field.annotation, BaseSettings)
        names |= _names_of(field.annotation) if is_group else {f"{prefix}{name}".upper()}
    return names


def test_every_setting_is_shown_and_nothing_that_nobody_reads() -> None:
    classes = [importlib.import_module(f"{package_of(name)}.settings").Settings for name in PROCESSES]
    known = set().union(*map(_names_of, [*classes, RunSettings, TopicSettings]))
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
