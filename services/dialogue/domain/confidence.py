"""How sure we are of a slot: by the way it was come by, not by a guess of how well it was read."""

# Said in so many words, whatever was asked.
SAID_PLAINLY = 1.0
# Put right by the visitor: a number or a name that takes the place of the last one.
CORRECTED = 0.95
# The answer to a question, in words that would tell nothing without it.
ANSWERED = 0.9
# Understood by a language model, in words that the visitor did say.
READ_BY_A_MODEL = 0.8
# A model's conclusion: the words were said, the value shares none of them.
INFERRED_BY_A_MODEL = 0.6
# Nobody said it: what costs the time stands in for a task that was not named.
CONCLUDED = 0.4
