"""Delivers leads to those who read no Kafka: signed webhooks, chat messages, a CRM.

Owns       subscriptions, and what of each lead a subscriber was told
Consumes   LeadChanged, LeadErased
Publishes  nothing
Stores     PostgreSQL schema `delivery`: subscription, state, delivery
Calls      the receivers that operators subscribed, at public addresses over HTTPS alone
"""
