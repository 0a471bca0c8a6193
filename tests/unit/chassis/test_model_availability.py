"""When a model that is gone is asked again, and in which notations its last day is told."""

from datetime import date

import pytest

from chassis.language_model.availability import ASKED_AGAIN_AFTER_S, GoneModels, shutdown_date_of
from chassis.language_model.policy import ModelCallPolicy
from chassis.language_model.profiles import ModelProfiles
from chassis.language_model.settings import LanguageModelSettings
from chassis.language_model.spend_limiter import UnlimitedSpend
from contracts.language_models import ModelProfile

LAST_DAY = date(2027, 1, 14)


def test_a_model_that_is_gone_is_asked_again_after_a_while() -> None:
    now_s = 1000.0
    listed = {
        name: ModelProfile(input_usd_per_million=1, output_usd_per_million=1, fallback=fallback)
        for name, fallback in (("first", "second"), ("second", None))
    }
    settings = LanguageModelSettings(model="first")
    policy = ModelCallPolicy(
        settings, ModelProfiles(listed), UnlimitedSpend(), gone=GoneModels(now=lambda: now_s)
    )
    models = [policy.first_model()]

    policy.gone.add("first", fallback="second")
    models.append(policy.first_model())
    now_s += ASKED_AGAIN_AFTER_S
    models.append(policy.first_model())

    assert models == ["first", "second", "first"]


@pytest.mark.parametrize(
    ("entry", "day"),
    [
        ({"shutdown_date": "2027-01-14"}, LAST_DAY),
        ({"shutdown_date": "2027-01-14T12:00:00Z"}, LAST_DAY),
        ({"shutdown_date": 1799884800}, LAST_DAY),
        ({"shutdown_at": 1799884800.0}, LAST_DAY),
        ({"deprecation": {"shutdown_date": "2027-01-14", "replacement": "gpt-6-luna"}}, LAST_DAY),
        ({"deprecation": {"fine_tune": 1, "inference": 1799884800}}, LAST_DAY),
        ({"deprecation": "2027-01-14T00:00:00Z"}, LAST_DAY),
        ({"shutdown_date": None, "deprecation_date": "2027-01-14"}, LAST_DAY),
        ({"deprecated": True, "retirement_date": "2027-01-14"}, LAST_DAY),
        ({}, None),
        ({"shutdown_date": "soon"}, None),
        ({"shutdown_date": True}, None),
        ({"shutdown_date": 1e300}, None),
        ({"deprecation": {}}, None),
    ],
)
def test_the_last_day_is_read_in_every_notation(entry: dict[str, object], day: date | None) -> None:
    assert shutdown_date_of(entry) == day
