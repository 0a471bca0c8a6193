"""`python -m evals`: personas, attacks and stored conversations against a playbook, a prompt or a model."""

from evals.cli import main

if __name__ == "__main__":
    main()
