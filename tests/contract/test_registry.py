"""The registry of topics holds together: one publisher's module, one home per event, one partition count."""

import pytest

from contracts import events, registry
from contracts.registry import EVENTS, STREAMS, TOPICS, Topic, consumed_by, published_by, publisher_of
from tests.architecture.source import PROCESSES, SERVICES


def test_every_event_travels_on_one_stream_says_what_became_true_in_one_line_and_cannot_be_changed() -> None:
    declared = {getattr(events, name) for name in events.__all__}
    assert set(EVENTS) == declared
    assert len(EVENTS) == len(declared) == len(registry.EVENT_BY_TYPE)
    for event in EVENTS:
        assert (event.__doc__ or "").strip().splitlines()[0].endswith(".")
        assert event.model_config["frozen"]
        assert event.model_config["extra"] == "ignore"


@pytest.mark.parametrize("topic", STREAMS, ids=lambda topic: topic.name)
def test_a_stream_carries_the_events_of_its_publishers(topic: Topic) -> None:
    assert {event.topic for event in topic.events} == {topic.name}
    assert {publisher_of(event) for event in topic.events} == set(topic.publishers)
    # With a reader there is a topic for its dead letters.
    parked = topic.name + registry.DEAD_LETTER_SUFFIX
    assert (parked in {each.name for each in TOPICS}) == bool(topic.consumers)


def test_what_visitors_say_is_sealed_on_every_stream_but_the_public_one() -> None:
    in_clear = {event for event in EVENTS if not event.is_sealed}
    # Some come when the key is destroyed, one is read before it is handled; none holds words of a visitor.
    wordless = {events.ConversationErased, events.ErasureRequested, events.PersonTookOver}
    wordless |= {events.VisitorOptedOut}
    public = {event for topic in STREAMS if not topic.is_sealed for event in topic.events}
    assert in_clear == public | wordless
    assert {topic.name for topic in STREAMS if not topic.is_sealed} == {"lead.events.v1", "erasures.v1"}
    for event in wordless:
        assert set(event.model_fields) <= {"conversation_id", "reason", "deleted", "fence", "name"}


def test_no_service_reads_its_own_and_a_key_has_one_home_and_on_the_public_stream_its_newest_record() -> None:
    named = {name for topic in STREAMS for name in (*topic.publishers, *topic.consumers)}
    assert named == {*SERVICES, *PROCESSES}
    assert not [name for name in SERVICES if set(published_by(name)) & set(consumed_by(name))]
    public = next(topic for topic in STREAMS if events.LeadChanged in topic.events)
    assert {topic.partitions for topic in TOPICS} == {registry.PARTITIONS}
    assert public.config["cleanup.policy"] == "compact"
