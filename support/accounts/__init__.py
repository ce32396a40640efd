"""What may be given as an account, presented as a credential and tried by who has no right."""
