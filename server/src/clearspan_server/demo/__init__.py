"""The demo: a support agent, written with our own SDK, that works against the simulator."""
