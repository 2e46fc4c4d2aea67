"""From a sender's bytes to rows: decode, normalise, price, redact, journal, write."""
