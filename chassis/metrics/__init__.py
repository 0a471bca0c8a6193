"""Every Prometheus metric of the product: name, unit and meaning in one place, by subject.

Labels are low in cardinality: never a conversation, a visitor or a message. None has the name of a label
that Prometheus gives a target: job, instance, service, pod, namespace, container, endpoint.
"""

from chassis.metrics.conversations import *
from chassis.metrics.deliveries import *
from chassis.metrics.edge import *
from chassis.metrics.funnel import *
from chassis.metrics.kafka import *
from chassis.metrics.language_model import *
from chassis.metrics.mail import *
from chassis.metrics.process import *
from chassis.metrics.rollout import *
