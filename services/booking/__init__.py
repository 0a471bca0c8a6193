"""Gives a visitor the link under which a demo can be booked, and tells everybody what becomes of the demo.

Owns       the booking link: where it leads, what it carries, that it works once; demos: booked, moved,
           canceled, missed, and whose they are
Consumes   BookingRequested, CalendarNotified, ProfileUpdated, ConversationErased
Publishes  BookingLinkIssued, DemoBooked, DemoRescheduled, DemoCanceled, DemoNoShow
Stores     demos and which address was given in which conversation (a keyed digest), in PostgreSQL schema
           `booking`, and data keys (schema `privacy`); a single-use link is kept in Redis for a day, so that
           a second request gets the same one
Calls      Calendly and Cal.com, through the ports `Calendar` and `CalendarRecords`
"""
