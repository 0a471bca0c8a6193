"""`python -m devstack`: the same as `salesbot`."""

from devstack.cli import main

main()
