"""Passes requests on to model providers, byte for byte, and records what is asked and answered."""
