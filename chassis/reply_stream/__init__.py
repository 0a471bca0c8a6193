"""Writes replies to a Redis stream and channel, from which the waiting connection reads them.

Text is coalesced and sent in one round trip. A stream is a convenience: that Redis is away fails nobody.

A writer with a fence speaks until somebody else claims the lease of the conversation. That is looked up in
the same step that writes, so that no word follows the claim; from then on the writer is fenced out for good.
"""

from chassis.reply_stream.stream import RedisReplyStream
from chassis.reply_stream.writer import RedisReplyWriter

__all__ = ["RedisReplyStream", "RedisReplyWriter"]
