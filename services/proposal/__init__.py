"""Turns what a visitor told us into a written proposal and the tier that fits.

Owns       the words of a proposal, and which tier is recommended and why
Consumes   ProposalRequested
Publishes  ProposalDrafted
Stores     nothing but data keys (schema `privacy`): its ids follow from the request; what a model wrote and
           cost is in Redis for a while
Calls      the language model, through the `Writer` port
"""
