"""The facts that every layer shares: the span, its vocabulary and its messages."""
