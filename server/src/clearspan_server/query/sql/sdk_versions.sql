-- Which libraries sent spans to a project: the names that OpenTelemetry's resource has for them.
select
    JSONExtractString(resource['telemetry.sdk.name']) as library,
    JSONExtractString(resource['telemetry.sdk.language']) as language,
    JSONExtractString(resource['telemetry.sdk.version']) as library_version,
    count() as spans,
    max(received_ns) as last_ns
from spans final
where project = {project:String}
    and start_minute >= toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
    -- A root a trace is enough to see who sends, and is a fraction of the maps to read.
    and parent_id = ''
group by library, language, library_version
order by spans desc
limit {limit:UInt32}
