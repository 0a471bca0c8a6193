"""Taking leads, delivering them, and keeping the list of those they are delivered to."""

from services.leadstore.deliverer.usecases.counting import count_deliveries
from services.leadstore.deliverer.usecases.dispatching import Dispatcher, DispatchPolicy
from services.leadstore.deliverer.usecases.subscribing import (
    AddedSubscription,
    NewSubscription,
    add_subscription,
    rotate_secret,
)
from services.leadstore.deliverer.usecases.taking import take_lead

__all__ = [
    "AddedSubscription",
    "DispatchPolicy",
    "Dispatcher",
    "NewSubscription",
    "add_subscription",
    "count_deliveries",
    "rotate_secret",
    "take_lead",
]
