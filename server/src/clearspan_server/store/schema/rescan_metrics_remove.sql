-- The points that were replaced; see rescan_logs_remove.sql.
alter table metrics
    delete where project = {project:String}
        and hex(sipHash128(
            name, series, start_ns, time_ns, description, unit, detail, mapKeys(attributes), mapValues(attributes),
            mapKeys(resource), mapValues(resource), scope_name, scope_version, service, sender, process, truncated
        )) in (select stored_as from rescanned)
settings mutations_sync = 2
