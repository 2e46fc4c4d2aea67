"""Who owns bytes: the telemetry engine, the journal, the catalog."""
