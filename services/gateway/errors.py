"""Why the gateway refuses.

PermanentError
├── CredentialsMissing     nobody said who is asking
├── CredentialsInvalid     what was said is forged, malformed or too old
├── SignInNeeded           nobody is signed in to the console, or not any more
├── SignInRefused          the identity provider does not vouch for somebody
├── ForeignRequest         a form of the console was sent by another website
├── AccessDenied           known, but not allowed to do this
├── ProposalLinkInvalid    a proposal link is forged, malformed or too old
├── ProposalLinkWithdrawn  a proposal link was good and is not any more
├── ProposalUnknown        there is no such revision, or no proposal at all
├── ResumeLinkInvalid      a link to go on with a conversation is forged, malformed or too old
├── ConversationUnknown    there is no such conversation
├── ConversationErased     there was one, and it was erased
├── BookingRefused         there is no such booking, or it is somebody else's
├── ErasureUnknown         nobody asked for such an erasure
├── SiteUnknown            no site has this site key
├── TakenOver              another person speaks in the conversation
├── TakeoverLost           a take-over is over, or another person took over since
├── IdempotencyKeyReused   the key was used for another message
├── RateLimited            too many requests of one caller
├── WebhookOff             the secret that a webhook is verified with is not set
├── LoginInvalid           a delivery lacks the login of its webhook
├── SignatureInvalid       a delivery is not signed by whom it should be, or too long ago
├── DeliveryUnreadable     a delivery is signed, and cannot be read
├── DeliveryRepeated       this very delivery was taken before
└── QueryRefused           leadstore cannot make sense of a query
TransientError
├── MailTooSlow            a mail was not read in time
├── SnsUnavailable         Amazon SNS does not answer
├── LeadstoreUnavailable   what is read is away for now
├── BookingUnavailable     who follows demos is away for now
├── MailerUnavailable      who knows the mails is away for now
├── OfferUnreadable        an offer is written in a way that only a newer release reads
└── IdentityProviderUnavailable   nobody can sign in with an account for now
"""

from collections.abc import Mapping

from chassis.errors import PermanentError, TransientError


class Refusal(PermanentError):
    """A request that must be changed before it is sent again."""

    @property
    def members(self) -> Mapping[str, object]:
        """What helps a client to go on, besides the text."""
        return {}


class CredentialsMissing(Refusal):
    """Neither a session token nor an API key came with the request."""


class CredentialsInvalid(Refusal):
    """The session token or API key is malformed, forged or expired."""


class SignInNeeded(Refusal):
    """There is no session of the console, or it has ended."""


class SignInRefused(Refusal):
    """A sign-in with the identity provider failed, or is not the one that was begun."""


class ForeignRequest(Refusal):
    """A request that changes something did not come from a page of the console."""


class AccessDenied(Refusal):
    """The credentials are good, but for something else."""


class ResumeLinkInvalid(Refusal):
    """A link to go on with a conversation is forged, malformed or too old."""


class ProposalLinkInvalid(Refusal):
    """The link of a proposal is malformed, forged or expired."""


class ProposalLinkWithdrawn(Refusal):
    """The link of a proposal was withdrawn after it was issued."""


class ProposalUnknown(Refusal):
    """There is no proposal in this conversation, or not this revision of it."""


class ConversationUnknown(Refusal):
    """There is no conversation with this id."""


class SiteUnknown(Refusal):
    """There is no site with this site key."""


class ConversationErased(Refusal):
    """The conversation was erased, or is about to be: nothing opens it any more."""


class BookingRefused(Refusal):
    """Booking does not do what an operator asked, and says why."""


class ErasureUnknown(Refusal):
    """The link to an erasure is malformed or forged."""


class TakenOver(Refusal):
    """Another person speaks in the conversation."""

    def __init__(self, name: str, lasts_s: float) -> None:
        super().__init__(f"{name or 'Another person'} speaks in this conversation.")
        self._members = {"held_by": name, "lasts_s": lasts_s}

    @property
    def members(self) -> Mapping[str, object]:
        """Who speaks, and how long at least, unless they hand back."""
        return self._members


class TakeoverLost(Refusal):
    """The take-over with this fence is over, or another person took over since."""


class IdempotencyKeyReused(Refusal):
    """The same key came with another message."""


class RateLimited(Refusal):
    """A limit is reached.

    Attributes:
        policy: which limit.
        retry_after_s: whole seconds after which the request may be sent again.
    """

    def __init__(self, policy: str, retry_after_s: int) -> None:
        super().__init__(f"The limit {policy!r} is reached. Try again in {retry_after_s} s.")
        self.policy = policy
        self.retry_after_s = retry_after_s


class WebhookOff(Refusal):
    """Nobody set the secret that deliveries of this webhook are verified with."""


class LoginInvalid(Refusal):
    """The login in the address of a webhook is missing or wrong."""


class SignatureInvalid(Refusal):
    """The signature of a delivery is missing, malformed, wrong or too old."""


class DeliveryUnreadable(Refusal):
    """The body of a delivery is not what its sender sends."""


class DeliveryRepeated(Refusal):
    """The same delivery, with the same signature, was taken before."""


class QueryRefused(Refusal):
    """Leadstore refused a query, such as a cursor that it never gave out."""


class MailTooSlow(TransientError):
    """A mail was not read in time: the machine is too busy."""


class SnsUnavailable(TransientError):
    """Amazon SNS did not answer in time."""


class MailerUnavailable(TransientError):
    """The mailer does not answer."""


class LeadstoreUnavailable(TransientError):
    """Leadstore did not answer in time."""


class BookingUnavailable(TransientError):
    """Booking did not answer in time."""


class OfferUnreadable(TransientError):
    """A proposal was made with a playbook that this release cannot read; a process of the next one can."""


class IdentityProviderUnavailable(TransientError):
    """The identity provider did not answer in time, or not as one does."""
