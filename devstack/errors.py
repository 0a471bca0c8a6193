"""The errors of the local stack. Each message is one line that says what to do.

DevstackError
├── BrokerCannotRun     the broker that was asked for cannot run here
├── BrokerNotFound      no broker address is set, and no stack runs here
├── JarsUnavailable     Maven could not bring Apache Kafka
├── CampaignRefused     the mailer sends no campaign, or knows none of this name
├── ChildExited         a process exited although it should run
├── ChildNotReady       a process runs but did not become ready in time
├── DataDirInUse        another run holds the lock of the data directory
├── DeadLetterRefused   a dead letter cannot be shown, replayed or dropped
├── GatewayUnreachable  the gateway does not answer
├── InvalidSetting      a value in the environment or .env cannot be used
├── ListUnreadable      the list of a campaign cannot be read
├── MailRefused         the mailer refuses to send a mail again, or knows none of this id
├── MailerUnreachable   the mailer does not answer
├── PortInUse           the port is already in use
├── PrivacyRefused      an export or an erasure is refused, or not done yet
└── TurnRefused         the gateway refuses the message
"""


class DevstackError(Exception):
    """A failure with a message of one line for the person at the terminal."""


class BrokerCannotRun(DevstackError):
    """The broker that was asked for cannot run on this machine."""


class BrokerNotFound(DevstackError):
    """No broker address is set, and no stack runs here."""


class DataKeysNotFound(DevstackError):
    """Neither the secret of the data keys is set, nor does a stack run here."""


class JarsUnavailable(DevstackError):
    """Maven could not bring the jars of Apache Kafka."""


class ChildExited(DevstackError):
    """A process exited although it should run."""


class ChildNotReady(DevstackError):
    """A process runs but did not become ready in time."""


class DataDirInUse(DevstackError):
    """Another run holds the lock of the data directory."""


class InvalidSetting(DevstackError):
    """A value in the environment or in .env cannot be used."""


class CampaignRefused(DevstackError):
    """The mailer sends no campaign, or knows none of this name."""


class ListUnreadable(DevstackError):
    """The list of a campaign cannot be read."""


class MailRefused(DevstackError):
    """The mailer refuses to send a mail again, or knows none of this id."""


class MailerUnreachable(DevstackError):
    """The mailer does not answer."""


class BookingUnreachable(DevstackError):
    """Booking does not answer."""


class BookingRefused(DevstackError):
    """Booking does not do what was asked."""


class PortInUse(DevstackError):
    """The port is already in use."""


class RewindRefused(DevstackError):
    """A group of consumers was not set back."""


class PrivacyRefused(DevstackError):
    """An export or an erasure is refused, or not done yet."""


class DeadLetterRefused(DevstackError):
    """A dead letter cannot be shown, replayed or dropped."""


class SubscriptionRefused(DevstackError):
    """The deliverer does not do what was asked."""


class DelivererUnreachable(DevstackError):
    """The deliverer does not answer."""


class GatewayUnreachable(DevstackError):
    """The gateway does not answer."""


class TurnRefused(DevstackError):
    """The gateway does not take what was said."""
