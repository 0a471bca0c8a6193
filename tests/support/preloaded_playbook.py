"""Imported by the fork server after the services: what the first load of a playbook builds is built once."""

import gc

import tests.support.playbooks  # noqa: F401 - the import loads a playbook

# What no collector looks at stays shared with the server's children.
gc.collect()
gc.freeze()
