"""The only voice: advances a conversation turn by turn and says what is said.

Owns       stages, what is said, the profile, and who speaks: the assistant, or a person who took over
Consumes   TurnReceived, PersonTookOver, PersonSpoke, PersonHandedBack, ErasureRequested,
           VisitorOptedOut, ProposalDrafted, BookingLinkIssued, DemoBooked, DemoRescheduled, DemoCanceled,
           DemoNoShow
Publishes  ConversationStarted, TurnAnswered, PersonAnswered, SpeakerChanged, StageAdvanced, ProfileUpdated,
           TurnFailed, QuestionUnanswered, TierChosen, HandOverRequested, ConversationClosed,
           ConversationStalled, ConversationErased, ErasureRecorded, ProposalRequested,
           BookingRequested
Stores     PostgreSQL schema `dialogue`: conversation (state, version), turn (status, reply), outbox,
           translation (of a line of the playbook), erasure_position; schema `privacy`: data_key;
           schema `rollout`: version (a playbook or prompt that conversations began with),
           trial (of a prompt), tally
Calls      the language model, through the ports `Speaker` and `Judge`, and for translations; Redis, through
           the ports `ReplyStream`, `SpeakerLeases` and `LiveState`
"""
