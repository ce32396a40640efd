"""The model endpoint: OpenAI-compatible, deterministic, and it keeps what it was asked."""
