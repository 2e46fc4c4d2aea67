-- The records of a month that are in its file.
alter table spans
    delete where project = {project:String}
        and toYYYYMM(start_minute) = {month:UInt32}
        and sipHash128(trace_id, span_id, version) in (select record from cold_rows)
settings mutations_sync = 2
