"""Gives a visitor the link under which a demo can be booked.

Owns       the booking link: where it leads, what it carries, that it works once
Consumes   BookingRequested
Publishes  BookingLinkIssued
Stores     nothing but data keys (schema `privacy`); a single-use link is kept in Redis for a day, so that a
           second request gets the same one
Calls      Calendly, through the `Calendar` port
"""
