-- What a client of Langfuse calls the span, "trace" for one that only stands for its trace, as what tells of a trace
-- apart from its spans is kept. A list that leaves those out, or asks for a type, would read every attribute else.
alter table spans
    add column if not exists observation_type LowCardinality(String) materialized multiIf(
        mapContains(attributes, 'langfuse.observation.type'), lower(trim(both '"' from attributes['langfuse.observation.type'])),
        mapContains(attributes, 'langfuse.trace.id'), 'trace',
        ''
    ) after dialect
