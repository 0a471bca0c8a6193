"""Turns what a visitor told us into a written proposal and the tier that fits.

Owns       the words of a proposal, and which tier is recommended and why
Consumes   ProposalRequested
Publishes  ProposalDrafted
Stores     nothing: ids follow from the request; the last hour's drafts and what a model cost are in Redis
Calls      the language model, through the `Writer` port
"""
