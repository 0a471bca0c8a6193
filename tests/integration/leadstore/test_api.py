"""What others read of leadstore: documents of one shape, refusals that say why."""

from base64 import urlsafe_b64encode
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient
from prometheus_client import REGISTRY

from contracts.turn_outcomes import MOST_TURNS
from contracts.values import Lead, Profile, Stage
from services.leadstore.usecases import count_funnel
from tests.integration.leadstore.conftest import Leadstore
from tests.unit.leadstore.builders import NOON, URL, Story, Told, a_proposal, at, slot


async def test_a_transcript_says_all_that_is_known(leadstore: Leadstore, client: AsyncClient) -> None:
    story = Story()
    lost, again, turn = story.turn(0), story.turn(0.5), story.turn(0.6, "We are 8")
    wishes = (story.unanswered("Do you do VAT?"), story.chose("starter"), story.wants_person())
    draft, told = story.drafted(2), story.told(Profile(team_size=slot(8)))
    failed = (story.failed(lost), story.failed(again))
    answered = story.answered(again, turn, reply="Noted.", suggestions=("Yes", "No"))
    await leadstore.project(turn, lost, again, *failed, answered, told, draft, *wishes)
    await leadstore.project(story.linked(3), story.booked(4, starts=600), story.answered(minute=9))

    document = (await client.get(f"/conversations/{story.id}")).json()

    plain = {"conversation_id": str(story.id), "booking_url": URL, "chosen_tier": "starter", "closed": None}
    plain |= {"status": "booked", "stage": "understand", "source": "widget", "wants_person": True}
    plain |= {"demo_at": "2026-03-02T22:00:00Z", "unanswered_questions": ["Do you do VAT?"]}
    assert {name: document[name] for name in plain} == plain
    assert (document["profile"]["team_size"]["value"], document["profile"]["team_size"]["words"]) == (8, "8")
    assert document["proposal"]["agent_name"] == draft.data.proposal.agent_name
    assert document["tier"]["tier"] == "growth"
    ids = {event: str(event.data.turn_id) for event in (turn, lost, again)}
    fields = ("role", "text", "turn_id", "answers", "suggestions", "failed")
    assert [tuple(message[name] for name in fields) for message in document["messages"]] == [
        ("visitor", "Hello", ids[lost], [], [], True),
        ("visitor", "Hello", ids[again], [], [], False),
        ("visitor", "We are 8", ids[turn], [], [], False),
        ("bot", "Noted.", ids[turn], [ids[again], ids[turn]], ["Yes", "No"], False),
        ("bot", "Hi there.", None, [], [], False),
    ]
    said_by = [message["written_by"] for message in document["messages"]]
    assert said_by == ["visitor", "visitor", "visitor", "playbook", "playbook"]
    assert document["proposal_written_by"] == "playbook"


FAR_EAST = urlsafe_b64encode(f"0001-01-01T00:00:00+14:00 {UUID(int=1)}".encode()).decode().rstrip("=")
NO_CURSORS = ("x", "a b", "ä", "\x00", "MjAyNg", "'; DROP TABLE", FAR_EAST)

NO_REQUESTS = [
    *("/leads?status=dreaming", "/conversations?limit=0", "/conversations/not-an-id"),
    *("/funnel?from=yesterday", "/funnel?to=0001-01-01", "/funnel?from=9999-12-31&to=9999-12-31"),
]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"/conversations/{UUID(int=1)}", 404, "conversation-not-found"),
        *((f"/conversations?cursor={quote(cursor)}", 422, "invalid-cursor") for cursor in NO_CURSORS),
        ("/leads?cursor=nonsense", 422, "invalid-cursor"),
        *((path, 422, "invalid-request") for path in NO_REQUESTS),
        ("/funnel?from=2026-03-02&to=2026-03-01", 422, "invalid-period"),
        ("/funnel?from=2026-03-01&to=2027-03-02", 422, "invalid-period"),
    ],
)
async def test_what_makes_no_sense_is_refused(client: AsyncClient, path: str, status: int, code: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_pages_are_newest_first_and_never_shifted(leadstore: Leadstore, client: AsyncClient) -> None:
    stories, erased = [Story() for _ in range(5)], Story()
    # Three of them began at once.
    turns = [story.turn(minute) for story, minute in zip(stories, (0, 1, 1, 1, 2), strict=True)]
    await leadstore.project(*turns, erased.turn(1), erased.erased(2), Story().drafted(2))

    pages, params = [], {"limit": 2}
    for _ in range(3):
        page = (await client.get("/conversations", params=params)).json()
        pages.append([item["conversation_id"] for item in page["items"]])
        params["cursor"] = page["next_cursor"]
        await leadstore.project(Story().turn(99), *(story.turn(100) for story in stories))

    listed = [id_ for page in pages for id_ in page]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert (listed[0], listed[-1], params["cursor"]) == (str(stories[4].id), str(stories[0].id), None)
    assert set(listed) == {str(story.id) for story in stories}


async def test_leads_are_whole_and_can_be_chosen_by_status(leadstore: Leadstore, client: AsyncClient) -> None:
    talking, booked = Story(), Story()
    told = booked.told(Profile(name=slot("Ada")))
    await leadstore.project(talking.turn(0), booked.turn(1), told, booked.drafted(2), booked.booked(5))
    (item,) = (await client.get("/leads", params={"status": "booked"})).json()["items"]
    lead = Lead.model_validate(item)
    assert (lead.conversation_id, lead.profile, lead.proposal) == (booked.id, told.data.profile, a_proposal())
    assert (lead.started_at, lead.changed_at, lead.demo_at) == (at(1), at(5), at(600))


async def test_questions_asked_most_often_are_first(leadstore: Leadstore, client: AsyncClient) -> None:
    one, other, erased = Story(), Story(), Story()
    await leadstore.project(one.turn(0), one.unanswered("VAT?", 5), one.unanswered("Why?", 1))
    await leadstore.project(other.turn(0), other.unanswered("why?", 2))
    await leadstore.project(erased.turn(0), erased.unanswered("VAT?", 1), erased.erased(2))
    items = (await client.get("/questions", params={"limit": 2})).json()["items"]
    assert [(item["question"].lower(), item["times_asked"]) for item in items] == [("why?", 2), ("vat?", 1)]


async def test_the_funnel_counts_each_once_on_its_day(leadstore: Leadstore, client: AsyncClient) -> None:
    ada, grace, a_day = Story(), Story(), 24 * 60.0
    await leadstore.project(ada.turn(0), ada.turn(1), grace.turn(a_day / 2 - 0.001), Story().turn(a_day / 2))
    await leadstore.project(ada.advanced(Stage.SCOPE, 3))
    for days in (2, 1):
        shown = ada.answered(minute=days * a_day, calendly_shown=True, spent=(9, 1, 0.02))
        booked = ada.booked(days * a_day)
        await leadstore.project(shown, booked, ada.canceled(booked.data.demo_id))

    rows = (await client.get("/funnel", params={"from": "2026-03-01", "to": "2026-03-04"})).json()["items"]

    steps = ("started", "identify", "scope", "link_sent", "booked")
    costs = ("model_cost_usd", "model_cost_per_conversation_usd")
    assert [tuple(row[name] for name in (*steps, *costs)) for row in rows] == [
        (0, 0, 0, 0, 0, 0, None),
        (2, 1, 1, 0, 0, 0, None),
        (1, 0, 0, 1, 1, 0.02, 0.02),
        (0, 0, 0, 0, 0, 0.02, None),
    ]
    assert len((await client.get("/funnel")).json()["items"]) == 30


async def test_operators_see_the_funnel_of_the_last_days_with_what_was_canceled_since(
    leadstore: Leadstore,
) -> None:
    ada, grace, erased, a_day = Story(), Story(), Story(), 24 * 60.0
    for story in (ada, grace, erased):
        booked = story.booked(1)
        await leadstore.project(story.turn(0), story.advanced(Stage.PROPOSE, 1), booked)
        if story is not grace:
            await leadstore.project(story.canceled(booked.data.demo_id))
    await leadstore.project(erased.erased(2), ada.answered(minute=3, spent=(9, 1, 0.02)))
    await leadstore.project(Story().turn(2 * a_day), ada.unanswered("VAT?", 5))

    await count_funnel(leadstore.reports, at(2 * a_day))

    def shown(step: str, days: int) -> float | None:
        return REGISTRY.get_sample_value("salesbot_funnel_conversations", {"step": step, "days": str(days)})

    steps = ("started", "propose", "link_sent", "booked", "canceled")
    assert [shown(step, 1) for step in steps] == [1, 0, 0, 0, 0]
    assert [shown(step, 7) for step in steps] == [4, 3, 0, 3, 1]
    assert REGISTRY.get_sample_value("salesbot_funnel_model_cost_usd", {"days": "7"}) == 0.02


async def test_links_are_withdrawn_as_of_the_latest_time(leadstore: Leadstore, client: AsyncClient) -> None:
    story, erased = Story(), Story()
    await leadstore.project(story.turn(0), story.advanced(Stage.PROPOSE), story.drafted(1))
    await leadstore.project(erased.turn(0), erased.drafted(1), erased.erased(2))
    before = (await client.get(f"/conversations/{story.id}/proposals")).json()

    answer = await client.delete(f"/conversations/{story.id}/proposal-links")
    await leadstore.links.withdraw(story.id, at(-5))

    after = (await client.get(f"/conversations/{story.id}/proposals")).json()
    assert (answer.status_code, before["links_withdrawn_at"]) == (204, None)
    assert after == {**before, "links_withdrawn_at": NOON.isoformat().replace("+00:00", "Z")}
    for nobody in (uuid4(), erased.id):
        answer = await client.delete(f"/conversations/{nobody}/proposal-links")
        assert (answer.status_code, answer.json()["code"]) == (404, "conversation-not-found")


async def test_how_turns_ended_is_told_where_known(leadstore: Leadstore, client: AsyncClient) -> None:
    story, erased = Story(), Story()
    turns = [story.turn(minute) for minute in range(7)]
    plain, burst, proposed, linked, failed, recovered, waiting = turns
    gone, desk = erased.turn(0), a_proposal()
    reply = story.answered(plain, burst, reply="Noted.", stage=Stage.SCOPE, suggestions=("Yes", "No"))
    told = [story.failed(failed), story.failed(recovered), story.drafted(1), story.linked(), reply]
    told.append(story.answered(proposed, reply=f"**{desk.agent_name}** {desk.summary}"))
    told += [story.answered(linked, reply=f"Book here: {URL}"), story.answered(recovered)]
    await leadstore.project(*turns, *told, gone, erased.answered(gone), erased.erased(2))

    def asked(conversation: Story, *of: Told) -> list[dict[str, str]]:
        return [{"conversation_id": str(conversation.id), "turn_id": str(turn.data.turn_id)} for turn in of]

    body = {"turns": [*asked(story, *turns), *asked(erased, gone), *asked(Story(), plain)]}
    outcomes = (await client.post("/turns/outcomes", json=body)).json()
    too_many = await client.post("/turns/outcomes", json={"turns": (MOST_TURNS + 1) * asked(story, plain)})

    ended = {each["turn_id"]: each for each in outcomes["answered"]}
    done = {turn: ended.pop(str(turn.data.turn_id)) for turn in (plain, burst, proposed, linked, recovered)}
    assert ended == {}
    said = {"response": "Noted.", "stage": "scope", "sequence": reply.sequence, "suggestions": ["Yes", "No"]}
    said["written_by"] = "playbook"
    assert [{name: done[turn][name] for name in said} for turn in (plain, burst)] == [said] * 2
    for turn, shown in ((plain, (False, False)), (proposed, (True, False)), (linked, (False, True))):
        assert (done[turn]["proposal_shown"], done[turn]["calendly_shown"]) == shown
    assert [each["turn_id"] for each in outcomes["failed"]] == [str(failed.data.turn_id)]
    assert str(waiting.data.turn_id) not in str(outcomes)
    assert too_many.status_code == 422


async def test_followers_are_told_what_is_new_to_them(leadstore: Leadstore, client: AsyncClient) -> None:
    story, same, erased = Story(), Story(), Story()
    first, late = story.turn(0), story.turn(2)
    answers = story.answered(first, reply="One."), story.answered(minute=2, reply="Two.")
    await leadstore.project(first, *answers, late, story.booked(4), same.turn(0), erased.turn(0))
    await leadstore.project(erased.erased(3))

    def asked(of: Story, version: int, after_sequence: int) -> dict[str, object]:
        return {"conversation_id": str(of.id), "version": version, "after_sequence": after_sequence}

    body = {
        "conversations": [asked(story, 0, 1), asked(same, 1, 0), asked(erased, 1, 5), asked(Story(), 0, 0)]
    }
    answer = (await client.post("/conversations/changes", json=body)).json()
    too_many = await client.post("/conversations/changes", json={"conversations": 501 * [asked(same, 0, 0)]})

    changes = {change["conversation_id"]: change for change in answer["changes"]}
    assert changes.keys() == {str(story.id), str(erased.id)}
    told = changes[str(story.id)]
    assert [(message["text"], message["sequence"]) for message in told["messages"]] == [
        ("Two.", 2),
        ("Hello", None),
    ]
    whole = (await client.get(f"/conversations/{story.id}")).json()
    assert told["messages"] == whole["messages"][2:]
    assert (told["version"], told["status"], told["has_more"]) == (1, "booked", False)
    assert (changes[str(erased.id)]["is_erased"], changes[str(erased.id)]["messages"]) == (True, [])
    assert too_many.status_code == 422
