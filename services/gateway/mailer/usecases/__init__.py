"""What the mailer does."""
