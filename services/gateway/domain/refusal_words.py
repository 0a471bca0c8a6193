"""Why a sentence of a model was not said, in words for people."""

_WORDS = {
    "unknown_fact": "No fact of the playbook says it",
    "foreign_figure": "A figure that is neither ours nor the visitor's",
    "foreign_price": "Not the price of that tier",
    "date": "A date or time that the visitor had not named",
    "link": "A link, address or telephone number that may not be given",
    "instructions": "It spoke of its instructions",
    "unjudged": "It could not be checked in time",
    "second_question": "More than one question",
    "repeated": "It was said already",
    "too_long": "The reply was too long",
}


def refusal_in_words(reason: str) -> str:
    """The reason for people; one that is not known here as it is."""
    return _WORDS.get(reason, reason.replace("_", " ").capitalize())
