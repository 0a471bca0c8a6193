"""gateway: the edge. Lets visitors and operators in, hands turns on, relays replies. Knows no business rule.

Owns       HTTP, server-sent events, WebSockets, session tokens, API keys, idempotency keys, limits, the chat
           widget, proposal links and the page behind them, the console for operators, take-overs by a person,
           receipts for erasures, webhooks of calendars and of those who deliver mails, the page on which
           somebody unsubscribes from mails
Consumes   nothing from Kafka; reply streams, their channels and notices of changes from Redis
Publishes  TurnReceived, PersonTookOver, PersonSpoke, PersonHandedBack, ErasureRequested, CalendarNotified,
           MailReceived, MailUnsubscribed, MailRequested, FollowUpAllowed, FollowUpRevoked, VisitorOptedOut
Stores     nothing durable but data keys (schema `privacy`); in Redis claims on idempotency keys, deliveries
           of webhooks, counts of requests, the day's key of pseudonyms; of a conversation its session, the
           visitor that it is proven to be with, its newest sequence, that it was erased and the lease of a
           person who took over
Calls      leadstore over HTTP, for what is read or erased and for replies that the reply stream lost; booking
           over HTTP, for bookings that belong to nobody; the mailer over HTTP, for what mails look like; the
           identity provider, where operators sign in with an account; Amazon SNS, for certificates
"""
