"""Sends mails and reads those that came in: a process of the gateway with its own group of consumers.

Owns       what is sent to whom: the mails of a conversation, the reminder of one, those of campaigns, and who
           wants none
Consumes   MailReceived, MailUnsubscribed, MailRequested, TurnAnswered, PersonAnswered, ProfileUpdated,
           ConversationErased, DemoBooked, DemoRescheduled, DemoCanceled, DemoNoShow; for reminders
           TurnReceived, FollowUpAllowed, FollowUpRevoked, ConversationStalled, ConversationClosed,
           SpeakerChanged
Publishes  for the gateway the turns that came by mail, who opted out of mails, and the mails that a campaign
           asks for
Stores     PostgreSQL, schema `mail`: mails until they are sent and some weeks longer, those that came in,
           whom a conversation by mail is held with, who gets no mails, who may be reminded of what, and demos
Calls      the mail server, through the `MailServer` port
"""
