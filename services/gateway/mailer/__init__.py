"""Sends mails and reads those that came in: a process of the gateway with its own group of consumers.

Owns       what is sent to whom: the mails of a conversation, and who wants none
Consumes   ConversationErased
Publishes  nothing
Stores     PostgreSQL, schema `mail`: every mail until it is sent and some weeks longer, and who gets none
Calls      the mail server, through the `MailServer` port
"""
