"""Sends mails and reads those that came in: a process of the gateway with its own group of consumers.

Owns       what is sent to whom: the mails of a conversation, the reminder of one, and who wants none
Consumes   MailReceived, MailUnsubscribed, TurnAnswered, PersonAnswered, ProfileUpdated, ConversationErased;
           for reminders TurnReceived, FollowUpAllowed, FollowUpRevoked, ConversationStalled,
           ConversationClosed, SpeakerChanged, DemoBooked, DemoRescheduled
Publishes  for the gateway the turns that came by mail, and who opted out of mails
Stores     PostgreSQL, schema `mail`: mails until they are sent and some weeks longer, those that came in,
           whom a conversation by mail is held with, who gets no mails, and who may be reminded of what
Calls      the mail server, through the `MailServer` port
"""
