"""The tables of the engine and the statements that derive one from another."""
