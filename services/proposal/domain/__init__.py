"""What a proposal says and which tier fits: pure rules over the profile and the playbook."""
