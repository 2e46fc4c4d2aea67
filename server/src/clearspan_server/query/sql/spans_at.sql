-- The spans at some places, with what spans shows of them; old versions, too, of which the reader keeps the newest.
select trace_id, span_id, start_ns, input_preview, output_preview, shown, version, is_deleted
from spans
prewhere project = {project:String} and start_minute in {minutes:Array(UInt32)} and trace_id in {trace_ids:Array(String)}
    and span_id in {span_ids:Array(String)}
-- One thread reads a page sooner than two have begun, the key tells more than any other index, and rows that lie far apart
-- need no reckoning of how many of them make a block: that took a third of the time.
settings max_threads = 1, use_skip_indexes = 0, preferred_block_size_bytes = 0
