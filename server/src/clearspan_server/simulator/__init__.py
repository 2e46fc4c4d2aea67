"""The simulator: a model provider on loopback, for the demo, tests and chat without a key."""
