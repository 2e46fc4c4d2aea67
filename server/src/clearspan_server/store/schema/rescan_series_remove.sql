-- The rows of series that were replaced; see rescan_logs_remove.sql.
alter table metric_series
    delete where project = {project:String}
        and hex(sipHash128(name, series, time_ns, unit, description, mapKeys(labels), mapValues(labels)))
            in (select stored_as from rescanned)
settings mutations_sync = 2
