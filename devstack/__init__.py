"""The local stack: broker, database, cache and the five services as processes, without Docker.

`python -m devstack run` is what `make run` calls; the tests start the same parts through `devstack.infra`.
Every child dies with its parent, listens on the loopback only and keeps its data in one directory.
"""
