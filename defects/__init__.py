"""The proof that the specification can fail: plausible defects, planted one at a time in a copy of the deployment."""
