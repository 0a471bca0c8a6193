"""What can stop the laptop. Each message is one line that a newcomer can act on.

LaptopError
├── BrokerUnavailable   the broker that was asked for cannot run here
├── BrokerUnknown       nobody says where the broker is, and no stack runs here
├── JarsUnavailable     Maven could not bring Apache Kafka
├── ChildDied           a process ended when it should have run
├── ChildNotReady       a process runs and does not answer in time
├── DataDirInUse        another run owns the data directory
├── DeadLetterRefused   a dead letter cannot be shown, replayed or dropped
├── GatewayUnreachable  nobody answers where the gateway should be
├── InvalidSetting      a value in the environment or .env cannot be used
├── PortTaken           somebody listens where we should
└── TurnRefused         the gateway does not take what was said
"""


class LaptopError(Exception):
    """Something the person at the keyboard has to know, in one line."""


class BrokerUnavailable(LaptopError):
    """The broker that was asked for cannot run on this machine."""


class BrokerUnknown(LaptopError):
    """Nobody says where the broker is, and no stack runs here."""


class JarsUnavailable(LaptopError):
    """Maven could not bring the jars of Apache Kafka."""


class ChildDied(LaptopError):
    """A process ended when it should have run."""


class ChildNotReady(LaptopError):
    """A process runs and does not answer in time."""


class DataDirInUse(LaptopError):
    """Another run owns the data directory."""


class InvalidSetting(LaptopError):
    """A value in the environment or in .env cannot be used."""


class PortTaken(LaptopError):
    """Somebody already listens where we should."""


class DeadLetterRefused(LaptopError):
    """A dead letter cannot be shown, replayed or dropped."""


class GatewayUnreachable(LaptopError):
    """Nobody answers where the gateway should be."""


class TurnRefused(LaptopError):
    """The gateway does not take what was said."""
