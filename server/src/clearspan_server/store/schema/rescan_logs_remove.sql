-- The rows of log records that were replaced. As which they are stored stands in `rescanned`: what a mutation says itself
-- stays on disk.
alter table logs
    delete where project = {project:String}
        and hex(sipHash128(
            record_id, severity_text, event_name, body, mapKeys(attributes), mapValues(attributes), mapKeys(resource),
            mapValues(resource), scope_name, scope_version, service, sender, process, environment, truncated
        )) in (select stored_as from rescanned)
settings mutations_sync = 2
