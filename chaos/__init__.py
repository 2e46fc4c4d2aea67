"""Chaos: a server that is killed again and again under load, and an account of every span afterwards."""
