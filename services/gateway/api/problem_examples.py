"""Problem documents as examples in the OpenAPI document, by status."""

from http import HTTPStatus
from typing import Any, Final

from chassis.problems import Problem, invalid_request, temporarily_unavailable
from services.gateway.api.refusals import problem_of
from services.gateway.errors import (
    AccessDenied,
    ConversationErased,
    ConversationUnknown,
    CredentialsInvalid,
    RateLimited,
    TakenOver,
)

_INVALID: Final = invalid_request(
    [{"in": "query", "pointer": "/limit", "detail": "Input should be less than or equal to 200"}]
)
_OTHERS: Final = {
    400: ("malformed-json", "Malformed JSON", "The body is not JSON."),
    413: ("content-too-large", "Content Too Large", "A body may have at most 65536 bytes."),
    415: ("unsupported-media-type", "Unsupported media type", "Send the body as application/json."),
    502: ("turn-failed", "Turn failed", "The message could not be answered. Please say it another way."),
}


def example_of(status: int) -> dict[str, Any]:
    """A problem document with this status. What an operation alone answers stands in its own examples."""
    match status:
        case 401:
            problem = problem_of(
                CredentialsInvalid("The session token or API key is not valid, or has expired.")
            )
        case 403:
            problem = problem_of(AccessDenied("API key 'crm' lacks the scope 'read'."))
        case 404:
            problem = problem_of(ConversationUnknown("There is no conversation with this id."))
        case 409:
            problem = problem_of(TakenOver("Tove Almqvist", 21.4))
        case 410:
            problem = problem_of(ConversationErased("This conversation was erased."))
        case 422:
            problem = _INVALID
        case 429:
            problem = problem_of(RateLimited("message", 12))
        case 503:
            problem = temporarily_unavailable()
        case _:
            phrase = HTTPStatus(status).phrase
            code, title, detail = _OTHERS.get(status, (phrase.lower().replace(" ", "-"), phrase, phrase))
            problem = Problem(status=status, code=code, title=title, detail=detail)
    return problem.document()
