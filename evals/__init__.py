"""The measure of the conversation: visitors with a known truth, attacks, and stored conversations replayed.

`python -m evals` plays every persona through the real services and reports what was understood, which way the
conversation took and what was said that must never be said.
"""
