"""The language the services speak: events, values, topics, the playbook and the reply stream.

Owns       every event class, its topic, its JSON Schema and its examples
Imports    nothing of this project: everything else imports it
"""
