"""Sends mails and reads those that came in: a process of the gateway with its own group of consumers.

Owns       what is sent to whom: the mails of a conversation, and who wants none
Consumes   MailReceived, MailUnsubscribed, TurnAnswered, PersonAnswered, ProfileUpdated, ConversationErased
Publishes  for the gateway the turns that came by mail
Stores     PostgreSQL, schema `mail`: mails until they are sent and some weeks longer, those that came in,
           whom a conversation by mail is held with, and who gets no mails
Calls      the mail server, through the `MailServer` port
"""
