-- Forms of long texts that cleaner ones have taken the place of.
alter table long_texts
    delete where project = {project:String}
        and concat(trace_id, ' ', span_id, ' ', hash, ' ', toString(cleaned), ' ', field) in (select stored_as from rescanned)
settings mutations_sync = 2
