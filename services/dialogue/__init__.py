"""The only voice: advances a conversation turn by turn and says what is said.

Owns       stages, what is said, the profile
Consumes   TurnReceived, ErasureRequested, ProposalDrafted, BookingLinkIssued
Publishes  ConversationStarted, TurnAnswered, StageAdvanced, ProfileUpdated, TurnFailed, QuestionUnanswered,
           TierChosen, HandOverRequested, ConversationClosed, ConversationErased, ErasureRecorded,
           ProposalRequested, BookingRequested
Stores     PostgreSQL schema `dialogue`: conversation (state, version), turn (status, reply), outbox,
           translation (of a line of the playbook), erasure_position; schema `privacy`: data_key
Calls      the language model, through the ports `Speaker` and `Judge`, and for translations; Redis, through
           the `ReplyStream` and `LiveState` ports
"""
