"""The credentials in the headers of a request."""

from starlette.datastructures import Headers

from services.gateway.domain import Credentials


def credentials_of(headers: Headers) -> Credentials:
    """The credentials of a request, unchecked. A scheme other than Bearer counts as none."""
    authorization = headers.get("authorization")
    api_key = headers.get("x-api-key") or None
    if authorization is None:
        return Credentials(api_key=api_key)
    scheme, _, bearer = authorization.partition(" ")
    return Credentials(
        bearer=(bearer.strip() or None) if scheme.lower() == "bearer" else None, api_key=api_key
    )
