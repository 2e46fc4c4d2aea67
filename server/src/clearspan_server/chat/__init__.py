"""Answers of models that this server asks for itself: conversations, and the playground."""
