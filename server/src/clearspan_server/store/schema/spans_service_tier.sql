-- The tier at which the provider served a call: its price depends on it.
alter table spans
    add column if not exists service_tier LowCardinality(String) after usage_source
