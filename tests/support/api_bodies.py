"""Bodies that the generator of requests cannot write by itself; importing this module teaches it."""

import schemathesis


@schemathesis.serializer("message/rfc822")
def serialize_mail(_context: schemathesis.SerializationContext, value: object) -> bytes:
    return str(value).encode("utf-8", "replace")
