"""The read model: every stream projected into PostgreSQL, read over HTTP, published as leads.

Owns       conversations, transcripts, leads and the funnel, as others see them
Consumes   TurnReceived, FollowUpAllowed, FollowUpRevoked, VisitorOptedOut, ConversationStarted,
           TurnAnswered, PersonAnswered, SpeakerChanged, StageAdvanced, ProfileUpdated, TurnFailed,
           QuestionUnanswered, TierChosen, HandOverRequested, ConversationClosed, ConversationStalled,
           ConversationErased, ProposalDrafted, BookingLinkIssued, DemoBooked, DemoRescheduled,
           DemoCanceled, DemoNoShow
Publishes  LeadChanged, LeadErased
Stores     PostgreSQL schema `leadstore`: conversation, message, failed_turn, proposal, model_use,
           refusal, consent, withdrawn_link, funnel_step, erasure, erasure_order, erasure_position,
           lead_ending, processed_event, outbox; schema `privacy`: data_key
Calls      nothing; gives notice of what it projected over Redis
"""
