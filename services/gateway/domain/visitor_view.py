"""What of a conversation is for its visitor, and what only for those who run it."""

from typing import Any

Document = dict[str, Any]

# What a conversation costs us, and the key of a take-over.
_NOT_FOR_VISITORS = ("model_cost_usd", "input_tokens", "output_tokens", "takeover_fence", "campaign")


def shown_to_visitor(transcript: Document) -> Document:
    """A transcript as its visitor reads it.

    A demo that only the address says whose it is has no time there: anybody can give an address.
    """
    hidden = _NOT_FOR_VISITORS + (("demo_at",) if transcript.get("demo_is_private") else ())
    return {**transcript, **dict.fromkeys(hidden)}


def exported_to_visitor(export: Document) -> Document:
    """An export as its visitor reads it: nothing of that in the stored rows, or of what models took."""
    records: dict[str, Any] = export["records"]
    rows = [_row_for_visitor(row) for row in records.get("conversation", ())]
    told = [_state_for_visitor(row, export["conversation"]) for row in records.get("delivery.state", ())]
    return {
        **export,
        "conversation": shown_to_visitor(export["conversation"]),
        "records": {**records, "conversation": rows, "delivery.state": told},
        "model_uses": None,
    }


def _row_for_visitor(row: Document) -> Document:
    demos = [
        {**demo, "starts_at": None} if demo.get("is_private") else demo for demo in row.get("demos") or ()
    ]
    if demos == (row.get("demos") or []):
        return row
    return {**row, "demos": demos, "demo_at": None}


def _state_for_visitor(row: Document, transcript: Document) -> Document:
    lead = row["data"].get("lead")
    if lead is None or not transcript.get("demo_is_private"):
        return row
    return {**row, "data": {**row["data"], "lead": {**lead, "demo_at": None}}}
