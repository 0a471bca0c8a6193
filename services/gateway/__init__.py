"""gateway: the edge. Lets visitors and operators in, hands turns on, relays replies. Knows no business rule.

Owns       HTTP, server-sent events, session tokens, API keys, idempotency keys, the demo page,
           proposal links and the page behind them, the console for operators, take-overs by a person
Consumes   nothing from Kafka; reply streams and their channels from Redis
Publishes  TurnReceived, PersonTookOver, PersonSpoke, PersonHandedBack, ErasureRequested
Stores     nothing durable but data keys (schema `privacy`); claims on idempotency keys, the session and the
           newest sequence of a conversation and the lease of a person who took over in Redis
Calls      leadstore over HTTP, for what is read and for replies that the reply stream lost
"""
